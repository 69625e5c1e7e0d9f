/*
 * A bound on each single piece of memory that libgit2 asks for.  A pack of a
 * few hundred bytes can name an object of many gigabytes, and libgit2 would ask
 * for all of them at once: it is told that there are none.
 *
 * By reallocarray() and not by malloc(): tests in which our own memory runs out
 * leave libgit2's alone, because it does not survive that (1.5.1).
 */
#include <git2/sys/alloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_linux.h"
#include "io/git_internal.h"

enum {
	PIECE_MAX = 64 << 20
};

static void *none(void)
{
	git_error_set_oom();
	return NULL;
}

static void *resize(void *old, size_t size)
{
	void *p = NULL;

	if (size <= PIECE_MAX)
		p = os_reallocarray(old, 1, size ? size : 1);

	return p ? p : none();
}

/* COUNT * SIZE, or more than any piece may be. */
static size_t product(size_t count, size_t size)
{
	if (size && count > PIECE_MAX / size)
		return SIZE_MAX;
	return count * size;
}

static void *on_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return resize(NULL, size);
}

static void *on_calloc(size_t count, size_t size, const char *file, int line)
{
	size_t total = product(count, size);
	void *p = resize(NULL, total);

	(void)file;
	(void)line;
	return p ? memset(p, 0, total) : NULL;
}

static char *on_substrdup(const char *s, size_t len, const char *file, int line)
{
	char *p = len < PIECE_MAX ? resize(NULL, len + 1) : none();

	(void)file;
	(void)line;
	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

static char *on_strdup(const char *s, const char *file, int line)
{
	return on_substrdup(s, strlen(s), file, line);
}

static char *on_strndup(const char *s, size_t max, const char *file, int line)
{
	return on_substrdup(s, strnlen(s, max), file, line);
}

static void *on_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return resize(old, size);
}

static void *on_reallocarray(void *old, size_t count, size_t size,
			     const char *file, int line)
{
	(void)file;
	(void)line;
	return resize(old, product(count, size));
}

static void *on_mallocarray(size_t count, size_t size, const char *file,
			    int line)
{
	return on_reallocarray(NULL, count, size, file, line);
}

static void on_free(void *p)
{
	free(p);
}

int git_bound_memory(void)
{
	static git_allocator bounded = {
		.gmalloc = on_malloc,
		.gcalloc = on_calloc,
		.gstrdup = on_strdup,
		.gstrndup = on_strndup,
		.gsubstrdup = on_substrdup,
		.grealloc = on_realloc,
		.greallocarray = on_reallocarray,
		.gmallocarray = on_mallocarray,
		.gfree = on_free,
	};

	return git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &bounded);
}
