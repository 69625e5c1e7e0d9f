#ifndef WORKSPACE_CREATE_H
#define WORKSPACE_CREATE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* One file of a new workspace. */
struct new_file {
	const char *path; /* from the root */
	const char *bytes;
	size_t len;
};

/*
 * Make the workspace DIR, which must not exist or be empty, with COUNT files
 * in its first commit; HOOK is the text of git's pre-commit hook.  *ROOT, to be
 * free()d, is its absolute path.
 *
 * The repository is built aside and put in place by one rename: killed at any
 * point, DIR is no workspace or a whole one, whose checkout the next command
 * finishes.  ERR_EXISTS: something is in DIR; ERR_FORMAT: a file of config/ is
 * wrong.
 */
int workspace_create(const char *dir, const struct new_file *files,
		     size_t count, const char *hook, const char *message,
		     char **root, struct err *err);

#endif
