#include "io/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "io/file.h"

enum {
	LETTERS = 6, /* of mkdtemp() */
	TRIES = 16
};

static int open_dir(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_aside(const char *name, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(name, prefix, len) == 0 && strlen(name) == len + LETTERS;
}

void aside_sweep(const char *dir, const char *prefix)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err ignored = { 0 };

	if (file_names_read(dir, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(str_freep) char *path = NULL;
		int fd;

		if (!is_aside(names.items[i], prefix))
			continue;
		path = path_joined(dir, names.items[i]);
		fd = path ? open_dir(path) : -1;
		if (fd >= 0 && os_lock_try(fd) == 0)
			(void)file_remove_tree(path, &ignored);
		if (fd >= 0)
			close(fd);
		err_clear(&ignored);
	}
}

/* Does FD, which is locked, still stand at PATH? */
static bool stands(int fd, const char *path)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && lstat(path, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/*
 * 1: somebody swept it before it was locked.  Where locks do not work, nobody
 * sweeps, and it is made all the same.
 */
static int make_one(const char *dir, const char *template, struct aside *out,
		    struct err *err)
{
	AUTO(str_freep) char *path = strdup(template);
	int fd;

	if (!path)
		return err_nomem(err);
	if (!mkdtemp(path))
		return err_errno(err, errno, "make a folder in", dir);
	fd = open_dir(path);
	if (fd < 0 && errno != ENOENT) {
		err_errno(err, errno, "open", path);
		(void)rmdir(path);
		return (int)err->code;
	}
	if (fd >= 0 && (os_lock_try(fd) == 0 || errno != EWOULDBLOCK) &&
	    stands(fd, path)) {
		*out = (struct aside){ path, fd };
		path = NULL;
		return 0;
	}
	if (fd >= 0)
		close(fd);
	return 1;
}

int aside_make(const char *dir, const char *prefix, struct aside *out,
	       struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf template = { 0 };

	path_join(&template, dir, prefix);
	strbuf_adds(&template, "XXXXXX");
	if (strbuf_check(&template, err) < 0)
		return (int)err->code;
	aside_sweep(dir, prefix);
	for (int i = 0; i < TRIES; i++) {
		int rc = make_one(dir, strbuf_str(&template), out, err);

		if (rc <= 0)
			return rc;
	}
	return err_set(err, ERR_LOCKED, "'%s' is in use", dir);
}

void aside_release(struct aside *a)
{
	struct err ignored = { 0 };

	if (!a->path)
		return;
	if (stands(a->lock, a->path))
		(void)file_remove_tree(a->path, &ignored);
	close(a->lock);
	free(a->path);
	*a = (struct aside){ 0 };
}
