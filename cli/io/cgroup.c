#include "io/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "io/file.h"

#define MOUNT "/sys/fs/cgroup"
#define PREFIX "cohort-"

enum {
	FREE_TRIES = 500, /* of 2 ms: the dying take a moment */
	SELF_MAX = 64 << 10
};

static bool set_limit(const char *dir, const char *file, uint64_t value)
{
	char path[CGROUP_PATH + 64], text[32];
	int len =
		snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	bool done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write(fd, text, (size_t)len) == len;
	close(fd);
	return done;
}

/* What a run that was killed left behind. */
static void sweep(const char *parent)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err err = { 0 };

	if (file_names_read(parent, &names, &err) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		const char *pid = names.items[i] + strlen(PREFIX);
		char path[CGROUP_PATH];
		uint64_t owner;

		if (strncmp(names.items[i], PREFIX, strlen(PREFIX)) != 0 ||
		    !parse_u64_n(pid, strcspn(pid, "-"), &owner))
			continue;
		if (kill((pid_t)owner, 0) == 0 || errno != ESRCH)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", parent,
			     names.items[i]) < (int)sizeof(path))
			(void)rmdir(path);
	}
}

/* A fresh group below PARENT; false if it cannot be made. */
static bool make_below(const char *parent, char out[CGROUP_PATH])
{
	static atomic_uint counter;
	unsigned n =
		atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
	int len = snprintf(out, CGROUP_PATH, "%s/" PREFIX "%ld-%u", parent,
			   (long)getpid(), n);

	if (len < 0 || len >= CGROUP_PATH)
		return false;
	if (n % 64 == 0)
		sweep(parent);
	return mkdir(out, 0755) == 0;
}

static void keep(struct cgroup *g, const char *dir)
{
	snprintf(g->dir[g->count], sizeof(g->dir[0]), "%s", dir);
	snprintf(g->procs[g->count], sizeof(g->procs[0]), "%s/cgroup.procs",
		 dir);
	g->count++;
}

/*
 * The path of our own group in the hierarchy that CONTROLLER names ("" for
 * version 2), from /proc/self/cgroup: lines of "ID:CONTROLLERS:PATH".
 */
static bool own_path(const char *self, const char *controller,
		     char out[CGROUP_PATH / 2])
{
	for (const char *line = self; *line;) {
		size_t len = strcspn(line, "\n");
		const char *a = memchr(line, ':', len);
		const char *b =
			a ? memchr(a + 1, ':', len - (size_t)(a + 1 - line))
			  : NULL;

		if (b && (size_t)(b - a - 1) == strlen(controller) &&
		    memcmp(a + 1, controller, strlen(controller)) == 0) {
			int n = snprintf(out, CGROUP_PATH / 2, "%.*s",
					 (int)(len - (size_t)(b + 1 - line)),
					 b + 1);

			return n > 0 && n < CGROUP_PATH / 2;
		}
		line += len + (line[len] == '\n');
	}
	return false;
}

/* One hierarchy, below our own group or below its root. */
static void use(struct cgroup *g, const char *mount, const char *own,
		const char *pids_file, uint32_t pids, const char *memory_file,
		uint64_t memory)
{
	char parent[CGROUP_PATH], dir[CGROUP_PATH];

	for (int i = 0; i < 2; i++) {
		bool got_pids, got_memory;

		snprintf(parent, sizeof(parent), "%s%s", mount, i ? "" : own);
		if (!make_below(parent, dir))
			continue;
		got_pids = pids_file && set_limit(dir, pids_file, pids);
		got_memory = memory_file && set_limit(dir, memory_file, memory);
		if (got_pids || got_memory) {
			g->pids |= got_pids;
			g->memory |= got_memory;
			keep(g, dir);
			return;
		}
		(void)rmdir(dir);
	}
}

void cgroup_new(struct cgroup *out, uint32_t pids, uint64_t memory_bytes)
{
	AUTO(strbuf_releasep) struct strbuf self = { 0 };
	char own[CGROUP_PATH / 2];
	struct err err = { 0 };

	*out = (struct cgroup){ 0 };
	if (file_read("/proc/self/cgroup", SELF_MAX, &self, &err) < 0)
		return;
	if (file_exists(MOUNT "/cgroup.controllers")) {
		if (own_path(strbuf_str(&self), "", own))
			use(out, MOUNT, own, "pids.max", pids, "memory.max",
			    memory_bytes);
	} else {
		if (own_path(strbuf_str(&self), "pids", own))
			use(out, MOUNT "/pids", own, "pids.max", pids, NULL, 0);
		if (own_path(strbuf_str(&self), "memory", own))
			use(out, MOUNT "/memory", own, NULL, 0,
			    "memory.limit_in_bytes", memory_bytes);
	}
	for (unsigned i = 0; i < out->count; i++)
		out->enter[i] = out->procs[i];
}

void cgroup_free(struct cgroup *g)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	if (!g)
		return;
	for (unsigned i = 0; i < g->count; i++)
		for (int n = 0;
		     n < FREE_TRIES && rmdir(g->dir[i]) < 0 && errno == EBUSY;
		     n++)
			(void)nanosleep(&pause, NULL);
	*g = (struct cgroup){ 0 };
}
