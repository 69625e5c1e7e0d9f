/* How many processes there are below one: what /proc tells. */
#include "io/sandbox_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "io/file.h"

enum {
	STAT_MAX = 4096
};

static bool read_parent(const char *pid, int64_t *parent)
{
	AUTO(strbuf_releasep) struct strbuf stat = { 0 };
	char path[64];
	const char *after;
	long long ppid;
	struct err err = { 0 };

	snprintf(path, sizeof(path), "/proc/%.32s/stat", pid);
	if (file_read(path, STAT_MAX, &stat, &err) < 0)
		return false;
	after = strrchr(strbuf_str(&stat), ')'); /* a name may hold anything */
	if (!after || sscanf(after, ") %*c %lld", &ppid) != 1)
		return false;
	*parent = ppid;
	return true;
}

struct proc {
	int64_t pid;
	int64_t parent;
};

static int by_pid(const void *a, const void *b)
{
	int64_t x = ((const struct proc *)a)->pid;
	int64_t y = ((const struct proc *)b)->pid;

	return (x > y) - (x < y);
}

static bool is_below(const struct proc *procs, size_t n, struct proc p,
		     int64_t top)
{
	/* read one by one while they live and die: a circle is possible */
	for (size_t steps = 0; steps < n; steps++) {
		const struct proc key = { .pid = p.parent };
		const struct proc *up;

		if (p.parent == top)
			return true;
		up = bsearch(&key, procs, n, sizeof(*procs), by_pid);
		if (!up)
			return false;
		p = *up;
	}
	return false;
}

/* The processes of this machine, sorted; to be free()d. */
static struct proc *read_processes(size_t *count)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err err = { 0 };
	struct proc *procs;
	size_t n = 0;

	if (file_names_read("/proc", &names, &err) < 0)
		return NULL;
	procs = calloc(names.count + 1, sizeof(*procs));
	for (size_t i = 0; procs && i < names.count; i++) {
		uint64_t id;

		if (!parse_u64(names.items[i], &id) ||
		    !read_parent(names.items[i], &procs[n].parent))
			continue;
		procs[n++].pid = (int64_t)id;
	}
	if (n > 0)
		qsort(procs, n, sizeof(*procs), by_pid);
	*count = n;
	return procs;
}

bool sandbox_too_many(void *ctx, int64_t pid)
{
	const uint32_t *limit = ctx;
	size_t n = 0, below = 0;
	struct proc *procs = read_processes(&n);

	for (size_t i = 0; procs && i < n && below <= *limit; i++)
		below += is_below(procs, n, procs[i], pid);
	free(procs);
	return below > *limit;
}
