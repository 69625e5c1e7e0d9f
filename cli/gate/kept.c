#include "gate/kept.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "io/file.h"

struct kept {
	char *path;
	struct timespec at;
};

static int newest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->at.tv_sec != y->at.tv_sec)
		return x->at.tv_sec < y->at.tv_sec ? 1 : -1;
	return (x->at.tv_nsec < y->at.tv_nsec) -
	       (x->at.tv_nsec > y->at.tv_nsec);
}

void kept_prune(const char *dir, const char *suffix, size_t most)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct kept *all;
	size_t count = 0;
	struct err ignored = { 0 };

	if (file_names_read(dir, &names, &ignored) < 0 || names.count <= most)
		return;
	all = calloc(names.count, sizeof(*all));
	for (size_t i = 0; all && i < names.count; i++) {
		char *path = path_joined(dir, names.items[i]);
		const char *dot = path ? strrchr(path, '.') : NULL;
		struct stat st;

		if (dot && strcmp(dot, suffix) == 0 && lstat(path, &st) == 0)
			all[count++] = (struct kept){ path, st.st_mtim };
		else
			free(path);
	}
	if (all)
		qsort(all, count, sizeof(*all), newest_first);
	for (size_t i = 0; i < count; i++) {
		if (i >= most)
			(void)unlink(all[i].path);
		free(all[i].path);
	}
	free(all);
}
