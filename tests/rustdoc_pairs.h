#ifndef TESTS_RUSTDOC_PAIRS_H
#define TESTS_RUSTDOC_PAIRS_H

/*
 * Pairs of sources in tests/fixtures/rustdoc and what rustdoc writes of them.
 * The documents are kept in build/rustdoc, in a folder for each version of
 * rustdoc, for the other builds of the test: they do not depend on our
 * compiler.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PAIRS_MAX = 256,
	NAME_SIZE = 128,
	PATH_SIZE = 1024
};

static const char *fixtures = "tests/fixtures/rustdoc";
static char kept[NAME_SIZE]; /* folder of this rustdoc's documents */

struct pair {
	char name[NAME_SIZE];
	char *text[2]; /* JSON, read to memory of exactly its size */
	size_t len[2];
};

static struct pair pairs[PAIRS_MAX];
static size_t pair_count;

static const char *const sides[] = { "old", "new" };

/* Write a path of PATH_SIZE, or another text that must fit SIZE. */
static void fill(char *out, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void fill(char *out, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	assert_in_range(vsnprintf(out, size, format, args), 0, size - 1);
	va_end(args);
}

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *text;

	if (!f)
		return NULL;
	assert_int_equal(fstat(fileno(f), &st), 0);
	text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	*len = fread(text, 1, (size_t)st.st_size, f);
	text[*len] = '\0';
	fclose(f);
	return text;
}

/* rustdoc in the pair's folder, so that spans say "old.rs" and "new.rs". */
static void exec_rustdoc(const struct pair *p, const char *side,
			 const char *out, const char *flags)
{
	char folder[PATH_SIZE], command[2 * PATH_SIZE];

	fill(folder, sizeof(folder), "%s/%s", fixtures, p->name);
	fill(command, sizeof(command),
	     "exec rustdoc -Z unstable-options --output-format json "
	     "--document-private-items --document-hidden-items "
	     "--cap-lints=allow --edition 2021 --crate-name %s -o '%s' %s "
	     "%s.rs",
	     p->name, out, flags, side);
	if (chdir(folder) == 0 && setenv("RUSTC_BOOTSTRAP", "1", 1) == 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(126);
}

static pid_t start_rustdoc(const struct pair *p, const char *side,
			   const char *out, const char *flags)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		exec_rustdoc(p, side, out, flags);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The flags after "// rustdoc: " on the first line; "" if there are none. */
static void read_flags(const struct pair *p, const char *side, char *out,
		       size_t size)
{
	char path[PATH_SIZE];
	size_t len;
	char *text;

	fill(path, sizeof(path), "%s/%s/%s.rs", fixtures, p->name, side);
	text = read_file(path, &len);
	assert_non_null(text);
	out[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, "// rustdoc: ", 12) == 0)
		fill(out, size, "%s", text + 12);
	free(text);
}

/* Moved in one step: another build of this test may look at the same time. */
static void keep_json(const struct pair *p, int side, const char *out)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	fill(from, sizeof(from), "%s/%s.json", out, p->name);
	fill(to, sizeof(to), "%s/%s-%s.json", kept, p->name, sides[side]);
	if (rename(from, to) < 0)
		fail_msg("%s: %s", to, strerror(errno));
	rmdir(out);
}

/* No: there is none, or it is older than its source. */
static bool has_kept(const struct pair *p, int side)
{
	struct stat made, source;
	char path[PATH_SIZE];

	fill(path, sizeof(path), "%s/%s/%s.rs", fixtures, p->name, sides[side]);
	assert_int_equal(stat(path, &source), 0);
	fill(path, sizeof(path), "%s/%s-%s.json", kept, p->name, sides[side]);
	if (stat(path, &made) < 0)
		return false;
	if (made.st_mtim.tv_sec != source.st_mtim.tv_sec)
		return made.st_mtim.tv_sec > source.st_mtim.tv_sec;
	return made.st_mtim.tv_nsec > source.st_mtim.tv_nsec;
}

static void take_json(struct pair *p)
{
	for (int side = 0; side < 2; side++) {
		char path[PATH_SIZE];

		fill(path, sizeof(path), "%s/%s-%s.json", kept, p->name,
		     sides[side]);
		p->text[side] = read_file(path, &p->len[side]);
		if (!p->text[side])
			fail_msg("%s: %s", path, strerror(errno));
	}
}

/* Both sides at a time. */
static void make_json(struct pair *p, const char *tmp)
{
	char out[2][PATH_SIZE], flags[256];
	pid_t pids[2];

	for (int side = 0; side < 2; side++) {
		fill(out[side], sizeof(out[side]), "%s/%s", tmp, sides[side]);
		read_flags(p, sides[side], flags, sizeof(flags));
		pids[side] = start_rustdoc(p, sides[side], out[side], flags);
	}
	for (int side = 0; side < 2; side++) {
		if (wait_for(pids[side]) != 0)
			fail_msg("rustdoc failed on %s/%s.rs", p->name,
				 sides[side]);
		keep_json(p, side, out[side]);
	}
}

/* Name and make the folder of what this rustdoc writes. */
static bool find_rustdoc(void)
{
	char version[64] = { 0 };
	FILE *f = popen("exec rustdoc --version 2>/dev/null", "r");

	assert_non_null(f);
	if (!fgets(version, sizeof(version), f))
		version[0] = '\0';
	if (pclose(f) != 0 || strncmp(version, "rustdoc ", 8) != 0)
		return false;
	version[strcspn(version, "\n")] = '\0';
	for (char *c = version; *c; c++)
		*c = strchr(" ()/", *c) ? '-' : *c;
	fill(kept, sizeof(kept), "build/rustdoc/%s", version);
	if ((mkdir("build", 0777) < 0 && errno != EEXIST) ||
	    (mkdir("build/rustdoc", 0777) < 0 && errno != EEXIST) ||
	    (mkdir(kept, 0777) < 0 && errno != EEXIST))
		fail_msg("%s: %s", kept, strerror(errno));
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void find_pairs(void)
{
	DIR *dir = opendir(fixtures);
	struct dirent *entry;

	if (!dir)
		fail_msg("no %s: run from the root of the project", fixtures);
	while ((entry = readdir(dir))) {
		char path[PATH_SIZE];

		snprintf(path, sizeof(path), "%s/%.120s/old.rs", fixtures,
			 entry->d_name);
		if (entry->d_name[0] == '.' || access(path, R_OK) != 0)
			continue;
		assert_true(pair_count < PAIRS_MAX);
		snprintf(pairs[pair_count++].name, NAME_SIZE, "%.120s",
			 entry->d_name);
	}
	closedir(dir);
	qsort(pairs, pair_count, sizeof(pairs[0]), by_name);
}

#endif
