#include "io/sandbox_internal.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/cgroup.h"
#include "io/file.h"

enum {
	UID_BASE = 0x60000000, /* far from what anybody hands out */
	UID_SPREAD = 4096,     /* of one process of ours */
	UID_RANGE_MIN = 70000, /* a map smaller than this has none to spare */
	TRY_TIMEOUT_MS = 20000,
	STAT_MAX = 4096
};

#define PRLIMIT "/usr/bin/prlimit"
#define SETPRIV "/usr/bin/setpriv"

void sandbox_defaults(struct sandbox_spec *spec)
{
	*spec = (struct sandbox_spec){
		.timeout_ms = 10 * 60 * 1000,
		.cpu_s = 10 * 60,
		.memory_bytes = (uint64_t)6 << 30,
		.file_bytes = (uint64_t)1 << 30,
		.files = 1024,
		.processes = 256,
		.tmp_bytes = (uint64_t)1 << 30,
		.max_output = 1 << 20,
	};
}

/* -------------------------------------------------------- the command line */

struct args {
	struct arena arena;
	const char **items;
	size_t count;
	size_t cap;
	bool failed;
};

static void args_release(struct args *a)
{
	free(a->items);
	arena_release(&a->arena);
}
AUTO_RELEASE(struct args, args_release)

static void add(struct args *a, const char *s)
{
	const char **grown;

	if (a->failed)
		return;
	grown = vec_grow(a->items, &a->cap, a->count + 2, sizeof(*grown));
	if (grown)
		a->items = grown;
	if (!grown || !s) {
		a->failed = true;
		return;
	}
	a->items[a->count++] = s;
	a->items[a->count] = NULL;
}

static void add2(struct args *a, const char *option, const char *value)
{
	add(a, option);
	add(a, value);
}

static void add3(struct args *a, const char *option, const char *x,
		 const char *y)
{
	add2(a, option, x);
	add(a, y);
}

static void addf(struct args *a, const char *fmt, uint64_t value)
{
	add(a,
	    arena_printf(&a->arena, "%s%llu", fmt, (unsigned long long)value));
}

/* bubblewrap 0.8 would make the folders above 0700 and root's. */
static void add_parents(struct args *a, const char *path)
{
	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		add2(a, "--perms", "0755");
		add2(a, "--dir",
		     arena_strndup(&a->arena, path, (size_t)(p - path)));
	}
}

/* /lib is a link to usr/lib on most machines and a folder on some. */
static void add_system(struct args *a)
{
	static const char *const tops[] = { "/bin",   "/sbin",	"/lib",
					    "/lib32", "/lib64", "/libx32" };

	add3(a, "--ro-bind", "/usr", "/usr");
	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		char target[256];
		ssize_t n = readlink(tops[i], target, sizeof(target) - 1);

		if (n > 0) {
			target[n] = '\0';
			add3(a, "--symlink", arena_strdup(&a->arena, target),
			     tops[i]);
		} else if (file_is_dir(tops[i])) {
			add3(a, "--ro-bind", tops[i], tops[i]);
		}
	}
	add_parents(a, "/etc/alternatives"); /* cc and ld are links to there */
	add3(a, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache");
	add3(a, "--ro-bind-try", "/etc/alternatives", "/etc/alternatives");
	add2(a, "--proc", "/proc");
	add2(a, "--dev", "/dev");
}

static void add_memory_folder(struct args *a, const char *perms, uint64_t bytes,
			      const char *path)
{
	add2(a, "--perms", perms);
	add(a, "--size");
	addf(a, "", bytes);
	add2(a, "--tmpfs", path);
}

static void add_bind(struct args *a, const struct sandbox_bind *b)
{
	add_parents(a, b->to);
	add3(a, b->writable ? "--bind" : "--ro-bind", b->from, b->to);
}

static void add_namespaces(struct args *a, enum sandbox_mode mode)
{
	if (mode == SANDBOX_OWN_UID) {
		add(a, "--unshare-pid");
		add(a, "--unshare-net");
		add(a, "--unshare-ipc");
		add(a, "--unshare-uts");
		add(a, "--unshare-cgroup-try");
	} else {
		add(a, "--unshare-all");
		add(a, "--unshare-user");
		add2(a, "--uid", "1000");
		add2(a, "--gid", "1000");
		add2(a, "--cap-drop", "ALL");
	}
	if (mode == SANDBOX_USERNS)
		add(a, "--disable-userns");
	add2(a, "--hostname", "sandbox");
	add(a, "--die-with-parent");
	add(a, "--new-session");
}

static void add_environment(struct args *a, const char *const *env)
{
	add(a, "--clearenv");
	for (; env && *env; env++) {
		size_t len = strcspn(*env, "=");

		add3(a, "--setenv", arena_strndup(&a->arena, *env, len),
		     (*env)[len] ? *env + len + 1 : "");
	}
}

/* What the kernel limits is set inside, where it counts from nothing. */
static void add_limits(struct args *a, const struct sandbox_spec *spec,
		       enum sandbox_mode mode, uint32_t uid)
{
	if (mode == SANDBOX_OWN_UID) {
		add(a, SETPRIV);
		addf(a, "--reuid=", uid);
		addf(a, "--regid=", uid);
		/* cargo unpacks with the modes of the tarball, root's 0640
		 * among them; nothing that is bound is a secret of root's */
		add(a, "--groups=0");
		add(a, "--inh-caps=-all");
		add(a, "--bounding-set=-all");
		add(a, "--no-new-privs");
	}
	add(a, PRLIMIT);
	add(a, "--core=0");
	addf(a, "--cpu=", spec->cpu_s);
	addf(a, "--as=", spec->memory_bytes);
	addf(a, "--fsize=", spec->file_bytes);
	addf(a, "--nofile=", spec->files);
	/* the namespace's first process is one more */
	addf(a, "--nproc=",
	     (uint64_t)spec->processes + (mode == SANDBOX_OWN_UID ? 0 : 1));
}

static int build(struct args *a, const struct sandbox_spec *spec,
		 enum sandbox_mode mode, const char *bwrap, uint32_t uid,
		 struct err *err)
{
	add(a, bwrap);
	add_namespaces(a, mode);
	add_system(a);
	add_memory_folder(a, "1777", spec->tmp_bytes, "/tmp");
	add_parents(a, SANDBOX_HOME);
	add_memory_folder(a, "0777", spec->tmp_bytes, SANDBOX_HOME);
	for (size_t i = 0; i < spec->bind_count; i++)
		add_bind(a, &spec->binds[i]);
	/* else a build could fill the memory behind these two */
	add2(a, "--remount-ro", "/dev");
	add2(a, "--remount-ro", "/");
	add2(a, "--chdir", spec->cwd ? spec->cwd : SANDBOX_HOME);
	add_environment(a, spec->env);
	add(a, "--");
	add_limits(a, spec, mode, uid);
	for (const char *const *p = spec->argv; *p; p++)
		add(a, *p);
	return a->failed ? err_nomem(err) : 0;
}

/* ----------------------------------------------------------- a uid of ours */

/* How many uids this machine, or this container, knows; from 0 on. */
static int uid_range(uint64_t *out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf map = { 0 };
	unsigned long long inside = 1, outside, count = 0;

	if (file_read("/proc/self/uid_map", STAT_MAX, &map, err) < 0)
		return (int)err->code;
	(void)sscanf(strbuf_str(&map), "%llu %llu %llu", &inside, &outside,
		     &count);
	*out = inside == 0 ? count : 0;
	return 0;
}

/* Different for each sandbox at one time, so that each has its own count. */
static int own_uid(uint32_t *out, struct err *err)
{
	static atomic_uint counter;
	unsigned n =
		atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
	uint64_t range = 0;

	if (uid_range(&range, err) < 0)
		return (int)err->code;
	if (geteuid() != 0 || range < UID_RANGE_MIN || !file_exists(SETPRIV))
		return err_set(err, ERR_MISSING, "no uid for a sandbox");
	*out = range > (uint64_t)UID_BASE + (1U << 28)
		       ? UID_BASE + ((uint32_t)getpid() & 0xffff) * UID_SPREAD +
				 n % UID_SPREAD
		       : (uint32_t)range - 1 - n % 256;
	return 0;
}

static int give_binds(const struct sandbox_spec *spec, uint32_t uid,
		      struct err *err)
{
	for (size_t i = 0; i < spec->bind_count; i++)
		if (spec->binds[i].writable &&
		    chown(spec->binds[i].from, uid, uid) < 0)
			return err_errno(err, errno, "hand over",
					 spec->binds[i].from);
	return 0;
}

/* ----------------------------------------------------------------- running */

/* The first line of what bubblewrap said. */
static int setup_failed(const struct process_result *r, struct err *err)
{
	const char *said = strbuf_str(r->err.len > 0 ? &r->err : &r->out);

	return err_set(err, ERR_MISSING,
		       "bubblewrap cannot make a sandbox here (%.*s)",
		       (int)strcspn(said, "\n"), said);
}

static int find_tools(char **bwrap, struct err *err)
{
	*bwrap = process_find("bwrap", NULL);
	if (!*bwrap)
		return err_set(err, ERR_MISSING, "bubblewrap not found");
	if (!file_exists(PRLIMIT))
		return err_set(err, ERR_MISSING, "prlimit not found");
	return 0;
}

int sandbox_run_as(enum sandbox_mode mode, bool cgroup,
		   const struct sandbox_spec *spec, struct process_result *out,
		   struct err *err)
{
	static const char *const no_env[] = { NULL };
	AUTO(args_releasep) struct args args = { 0 };
	AUTO(str_freep) char *bwrap = NULL;
	AUTO(cgroup_freep) struct cgroup group = { 0 };
	uint32_t limit = spec->processes + 2;
	struct process_spec p = { .env = no_env,
				  .timeout_ms = spec->timeout_ms,
				  .max_output = spec->max_output,
				  .merge = spec->merge,
				  .out_fd = spec->out_fd };
	uint32_t uid = 0;

	if (find_tools(&bwrap, err) < 0 ||
	    (mode == SANDBOX_OWN_UID &&
	     (own_uid(&uid, err) < 0 || give_binds(spec, uid, err) < 0)) ||
	    build(&args, spec, mode, bwrap, uid, err) < 0)
		return (int)err->code;
	if (cgroup) /* bubblewrap itself and its first process are two more */
		cgroup_new(&group, limit,
			   spec->memory_bytes + 2 * spec->tmp_bytes);
	p.argv = args.items;
	p.cgroups = group.count > 0 ? group.enter : NULL;
	if (mode != SANDBOX_OWN_UID && geteuid() == 0 && !group.pids) {
		p.watch = sandbox_too_many;
		p.watch_ctx = &limit;
	}
	return process_run(&p, out, err);
}

int sandbox_try(enum sandbox_mode mode, struct err *err)
{
	static const char *const argv[] = { "/bin/sh", "-c", "exit 0", NULL };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	struct sandbox_spec spec;

	sandbox_defaults(&spec);
	spec.argv = argv;
	spec.timeout_ms = TRY_TIMEOUT_MS;
	if (sandbox_run_as(mode, true, &spec, &r, err) < 0)
		return (int)err->code;
	return r.exit_status == 0 ? 0 : setup_failed(&r, err);
}

static struct {
	pthread_once_t once;
	enum sandbox_mode mode;
	struct err err;
} machine = { .once = PTHREAD_ONCE_INIT };

static void ask_machine(void)
{
	for (int m = 0; m < SANDBOX_MODES; m++) {
		struct err err = { 0 };

		if (sandbox_try((enum sandbox_mode)m, &err) == 0) {
			machine.mode = (enum sandbox_mode)m;
			err_clear(&machine.err);
			return;
		}
		/* the uid of our own is only for root: not the reason */
		if (m != SANDBOX_OWN_UID)
			machine.err = err;
	}
}

int sandbox_check(struct err *err)
{
	pthread_once(&machine.once, ask_machine);
	if (machine.err.code)
		*err = machine.err;
	return (int)machine.err.code;
}

/* Made under umask 077: closed to everybody but root. */
static bool is_closed(const struct sandbox_bind *b)
{
	struct stat st;

	if (b->writable || stat(b->from, &st) < 0)
		return false;
	return (st.st_mode & (st.st_gid == 0 ? S_IRGRP : S_IROTH)) == 0;
}

/* A uid of our own cannot read what root keeps to itself; a namespace can. */
static enum sandbox_mode mode_for(const struct sandbox_spec *spec)
{
	struct err err = { 0 };

	for (size_t i = 0; i < spec->bind_count; i++) {
		if (machine.mode != SANDBOX_OWN_UID ||
		    !is_closed(&spec->binds[i]))
			continue;
		for (int m = SANDBOX_USERNS; m < SANDBOX_MODES; m++) {
			if (sandbox_try((enum sandbox_mode)m, &err) == 0)
				return (enum sandbox_mode)m;
		}
		break;
	}
	return machine.mode;
}

int sandbox_run(const struct sandbox_spec *spec, struct process_result *out,
		struct err *err)
{
	if (sandbox_check(err) < 0)
		return (int)err->code;
	return sandbox_run_as(mode_for(spec), true, spec, out, err);
}
