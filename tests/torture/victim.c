/*
 * A program to try the torture on, right and wrong in known ways:
 *
 *	victim HOW FILE TEXT	make TEXT the content of FILE
 *
 * right	all or nothing, and it says what failed
 * torn		it empties the file before it writes
 * deaf		it takes a failed write for success
 * greedy	it does not look whether there was memory
 * mute		all or nothing, but it does not say what failed
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FAILED = 6
};

static const char *how;

static bool is(const char *what)
{
	return strcmp(how, what) == 0;
}

static int failed(const char *what)
{
	if (!is("mute"))
		fprintf(stderr, "victim: cannot %s: %s\n", what,
			strerror(errno));
	return FAILED;
}

static int put(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
	size_t len = strlen(text), half = len / 2;

	if (fd < 0)
		return failed("open");
	if ((write(fd, text, half) < 0 ||
	     write(fd, text + half, len - half) < 0) &&
	    !is("deaf")) {
		close(fd);
		return failed("write");
	}
	if (fsync(fd) < 0) {
		close(fd);
		return failed("sync");
	}
	close(fd);
	return 0;
}

static int replace(const char *path, const char *text)
{
	char *copy = malloc(strlen(text) + 8192);
	char tmp[4096];
	int rc;

	if (!copy && !is("greedy"))
		return failed("copy");
	strcpy(copy, text);
	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	if (is("torn"))
		rc = put(path, copy, O_TRUNC);
	else
		rc = put(tmp, copy, O_TRUNC);
	free(copy);
	if (rc == 0 && !is("torn") && rename(tmp, path) < 0)
		return failed("rename");
	return rc;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	how = argv[1];
	return replace(argv[2], argv[3]);
}
