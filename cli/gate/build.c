/*
 * The verify build: the unpacked crate, in the sandbox, without network.  What
 * the build tried and could not is part of the answer, even if it went on.
 */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/str.h"
#include "gate/cargo_config.h"
#include "gate/unpack.h"
#include "io/file.h"
#include "io/toolchain.h"

enum {
	BUILD_TIMEOUT_S = 5 * 60,
	BUILD_BINDS = 5 + CARGO_FOLDERS_MAX, /* ours; then the caller's */
	BUILD_ENV = 24,
	DECOYS_MAX = 8,
	LOG_MAX = 1 << 20
};

#define INSIDE_CRATE "/build/crate"
#define INSIDE_TOOLCHAIN "/toolchain"
#define INSIDE_REGISTRY "/cargo/registry"
#define INSIDE_GIT "/cargo/git"
#define INSIDE_SIBLINGS "/siblings"

/* ------------------------------------------------------------------- running
 */

struct setting {
	struct arena arena;
	const char *env[BUILD_ENV + 1];
	size_t env_count;
	struct sandbox_bind binds[BUILD_BINDS + DECOYS_MAX];
	size_t bind_count;
	bool failed;
};

static void setting_release(struct setting *s)
{
	arena_release(&s->arena);
}
AUTO_RELEASE(struct setting, setting_release)

static void set(struct setting *s, const char *name, const char *value)
{
	char *pair = arena_printf(&s->arena, "%s=%s", name, value);

	if (!pair || s->env_count == BUILD_ENV)
		s->failed = true;
	else
		s->env[s->env_count++] = pair;
}

static void bind(struct setting *s, const char *from, const char *to)
{
	if (!from || s->bind_count == ARRAY_LEN(s->binds))
		s->failed = true;
	else
		s->binds[s->bind_count++] =
			(struct sandbox_bind){ .from = from, .to = to };
}

/* A mirror is seen where it is outside: cargo's names for it are made of that.
 */
static void set_sources(struct setting *s, const struct gate_env *env)
{
	AUTO(cargo_sources_releasep) struct cargo_sources from = { 0 };
	struct err err = { 0 };

	if (!env->cargo_home || env->siblings_dir)
		return;
	if (cargo_sources_read(env->cargo_home, &from, &err) < 0)
		s->failed = true;
	for (size_t i = 0; i < from.folder_count; i++) {
		const char *dir = arena_strdup(&s->arena, from.folders[i]);

		bind(s, dir, dir);
	}
	set(s, "SOURCES", strbuf_str(&from.toml));
}

static void set_inside(struct setting *s, const struct gate_env *env,
		       const struct build_spec *spec)
{
	const char *home = env->cargo_home ? env->cargo_home : "";
	char *registry = arena_printf(&s->arena, "%s/registry", home);
	char *git = arena_printf(&s->arena, "%s/git", home);

	bind(s, spec->dir, INSIDE_CRATE);
	if (strcmp(env->toolchain->sysroot, "/usr") == 0) {
		set(s, "PATH", "/usr/bin:/bin");
	} else {
		bind(s, env->toolchain->sysroot, INSIDE_TOOLCHAIN);
		set(s, "PATH", INSIDE_TOOLCHAIN "/bin:/usr/bin:/bin");
	}
	if (!registry || !git)
		s->failed = true;
	else if (env->siblings_dir) /* cargo unpacks those for itself */
		bind(s, env->siblings_dir, INSIDE_SIBLINGS);
	else if (env->cargo_home && file_is_dir(registry))
		bind(s, registry, INSIDE_REGISTRY);
	if (git && env->cargo_home && file_is_dir(git))
		bind(s, git, INSIDE_GIT);
	set_sources(s, env);
	set(s, "HOME", SANDBOX_HOME);
	set(s, "CARGO_HOME", SANDBOX_HOME "/cargo");
	set(s, "CARGO_TARGET_DIR", "/tmp/target");
	set(s, "CRATE", INSIDE_CRATE);
	for (size_t i = 0; i < spec->bind_count; i++) {
		bind(s, spec->binds[i].from, spec->binds[i].to);
	}
}

/* Asked for by name: the same script with the same variables, unprotected. */
static void set_outside(struct setting *s, const struct gate_env *env,
			const char *work, const struct build_spec *spec)
{
	const char *cargo = env->cargo_home;
	char *path = arena_printf(&s->arena, "%s/bin:/usr/bin:/bin",
				  env->toolchain->sysroot);
	char *home = arena_printf(&s->arena, "%s/home", work);
	char *target = arena_printf(&s->arena, "%s/build", work);

	if (!path || !home || !target) {
		s->failed = true;
		return;
	}
	set(s, "PATH", path);
	set(s, "HOME", home);
	set(s, "CARGO_HOME", cargo ? cargo : home);
	set(s, "CARGO_TARGET_DIR", target);
	set(s, "CRATE", spec->dir);
}

static void set_common(struct setting *s, const struct build_spec *spec)
{
	set(s, "CARGO_TERM_COLOR", "never");
	set(s, "CARGO_INCREMENTAL", "0");
	set(s, "CARGO_NET_OFFLINE", "true");
	set(s, "LC_ALL", "C");
	for (const char *const *e = spec->env; e && *e; e++) {
		if (s->env_count == BUILD_ENV)
			s->failed = true;
		else
			s->env[s->env_count++] = *e;
	}
}

/*
 * A CARGO_HOME that can be written, with fetched crates that cannot; cargo
 * finds the cohort's own crates, or a mirror, by a configuration of ours.
 */
static const char prepare[] =
	"mkdir -p \"$CARGO_HOME\"\n"
	"[ ! -d " INSIDE_REGISTRY " ] || "
	"ln -s " INSIDE_REGISTRY " \"$CARGO_HOME/registry\"\n"
	"[ ! -d " INSIDE_GIT " ] || "
	"ln -s " INSIDE_GIT " \"$CARGO_HOME/git\"\n"
	"[ ! -d " INSIDE_SIBLINGS " ] || "
	"printf '[source.crates-io]\\nreplace-with = \"stage\"\\n"
	"[source.stage]\\nlocal-registry = \"" INSIDE_SIBLINGS "\"\\n' "
	">\"$CARGO_HOME/config.toml\"\n"
	"[ -z \"${SOURCES:-}\" ] || "
	"printf %s \"$SOURCES\" >\"$CARGO_HOME/config.toml\"\n"
	"unset SOURCES\n"
	"cd \"$CRATE\" || exit 1\n";

int build_run(const struct gate_env *env, const char *work,
	      const struct build_spec *spec, struct process_result *out,
	      struct err *err)
{
	AUTO(setting_releasep) struct setting s = { 0 };
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	uint32_t timeout_s =
		env->build_timeout_s ? env->build_timeout_s : BUILD_TIMEOUT_S;
	const char *argv[] = { "/bin/sh", "-c", NULL, NULL };

	if (env->no_sandbox)
		set_outside(&s, env, work, spec);
	else
		set_inside(&s, env, spec);
	set_common(&s, spec);
	strbuf_adds(&script, prepare);
	strbuf_adds(&script, spec->script);
	if (s.failed || !strbuf_ok(&script))
		return err_nomem(err);
	argv[2] = strbuf_str(&script);
	if (env->no_sandbox) {
		struct process_spec plain = { .argv = argv,
					      .env = s.env,
					      .cwd = work,
					      .timeout_ms = timeout_s * 1000,
					      .max_output = LOG_MAX,
					      .out_fd = spec->out_fd };

		return process_run(&plain, out, err);
	} else {
		struct sandbox_spec boxed;

		sandbox_defaults(&boxed);
		boxed.argv = argv;
		boxed.env = s.env;
		boxed.binds = s.binds;
		boxed.bind_count = s.bind_count;
		boxed.timeout_ms = timeout_s * 1000;
		boxed.cpu_s = timeout_s;
		boxed.max_output = LOG_MAX;
		boxed.out_fd = spec->out_fd;
		return sandbox_run(&boxed, out, err);
	}
}

/* -------------------------------------------------------------------- decoys
 */

/*
 * An empty file stands where a secret would be.  Whoever opens it was looking
 * for the secret.
 */
struct decoys {
	int watch[DECOYS_MAX];
	struct sandbox_bind binds[DECOYS_MAX];
	char *files[DECOYS_MAX];
	size_t count;
};

static void decoys_release(struct decoys *d)
{
	for (size_t i = 0; i < d->count; i++) {
		close(d->watch[i]);
		free(d->files[i]);
	}
}
AUTO_RELEASE(struct decoys, decoys_release)

static int decoys_set(const struct pipeline *p, struct decoys *d,
		      struct err *err)
{
	static const char text[] = "# nothing is here\n";

	for (size_t i = 0; i < p->env->hidden_count && i < DECOYS_MAX; i++) {
		char name[32];
		char *file;
		int watch;

		snprintf(name, sizeof(name), "decoy%zu", i);
		file = pipeline_path(p, name);
		if (!file)
			return err_nomem(err);
		if (file_write_cache(file, text, sizeof(text) - 1, err) < 0) {
			free(file);
			return (int)err->code;
		}
		watch = os_watch_open(file);
		if (watch < 0) { /* no watches left: only nobody is told */
			free(file);
			return 0;
		}
		d->watch[d->count] = watch;
		d->files[d->count] = file;
		d->binds[d->count] =
			(struct sandbox_bind){ .from = file,
					       .to = p->env->hidden[i] };
		d->count++;
	}
	return 0;
}

static int find_opened(struct pipeline *p, const struct decoys *d,
		       struct err *err)
{
	for (size_t i = 0; i < d->count; i++) {
		AUTO(strbuf_releasep) struct strbuf why = { 0 };
		struct finding f = {
			.id = "build-reads-secrets",
			.level = FINDING_DENY,
			.subject = path_base(d->binds[i].to),
			.mend = "remove what reads it from the build script",
		};

		if (!os_watch_fired(d->watch[i]))
			continue;
		strbuf_addf(&why,
			    "the build opened '%s' and was shown an empty file",
			    d->binds[i].to);
		f.why = strbuf_str(&why);
		if (strbuf_check(&why, err) < 0 ||
		    pipeline_find(p, &f, err) < 0)
			return (int)err->code;
	}
	return 0;
}

/* ------------------------------------------------------------ network counters
 */

/* Field NAME of PROTOCOL in /proc/net/snmp: a line of names, then of values. */
static uint64_t counter(const char *text, const char *protocol,
			const char *name)
{
	const char *names = strstr(text, protocol);
	const char *values = names ? strstr(names + 1, protocol) : NULL;

	if (values) {
		names += strlen(protocol);
		values += strlen(protocol);
	}
	while (values) {
		size_t n = strcspn(names, " \n"), v = strcspn(values, " \n");

		if (n == strlen(name) && memcmp(names, name, n) == 0) {
			uint64_t number;

			return parse_u64_n(values, v, &number) ? number : 0;
		}
		if (names[n] != ' ' || values[v] != ' ')
			return 0;
		names += n + 1;
		values += v + 1;
	}
	return 0;
}

/* In /proc/net/snmp6 a line is a name and a value. */
static uint64_t counter6(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t number = 0;

	if (!at)
		return 0;
	at += strlen(name);
	at += strspn(at, " \t");
	return parse_u64_n(at, strcspn(at, "\n"), &number) ? number : 0;
}

/*
 * Nothing but lo is there, and nobody listens on it: each try to reach
 * something fails, and the kernel counts it.
 */
static bool tried_network(const char *counters)
{
	return counter(counters, "\nIp: ", "OutNoRoutes") > 0 ||
	       counter(counters, "\nUdp: ", "NoPorts") > 0 ||
	       counter(counters, "\nTcp: ", "AttemptFails") > 0 ||
	       counter6(counters, "\nIp6OutNoRoutes") > 0;
}

static int find_network(struct pipeline *p, const char *counters,
			struct err *err)
{
	static const struct finding f = {
		.id = "build-uses-network",
		.level = FINDING_DENY,
		.subject = "build",
		.why = "the build tried to reach the network, which a build "
		       "of a published crate must not need",
		.mend = "ship what the build needs inside of the crate",
	};

	return tried_network(counters) ? pipeline_find(p, &f, err) : 0;
}

/* ------------------------------------------------------------------ judgement
 */

static int find_failure(struct pipeline *p, const struct process_result *r,
			struct gate_outcome *o, struct err *err)
{
	struct cargo_error e = { 0 };
	struct finding f = { .id = "build-fails",
			     .level = FINDING_DENY,
			     .subject = "cargo check",
			     .mend = "run 'cargo package' until it works" };

	p->failed_build = true;
	if (r->timed_out || r->signal) {
		f.id = "build-exceeds-limits";
		f.mend = "make the build smaller and quicker";
		snprintf(e.message, sizeof(e.message),
			 r->timed_out ? "the build had not ended after %u s"
				      : "the build was killed by signal %u",
			 r->timed_out ? (unsigned)(r->wall_ms / 1000)
				      : (unsigned)r->signal);
	} else if (!cargo_first_error(strbuf_str(&r->err), &e)) {
		snprintf(e.message, sizeof(e.message),
			 "cargo check ended with status %d", r->exit_status);
	}
	if (strstr(e.message, "linker `cc` not found"))
		return outcome_error(o, "there is no C linker: run 'sudo "
					"apt-get install gcc'");
	f.why = e.message;
	if (e.line > 0) {
		f.file = e.file;
		f.line = e.line;
		f.column = e.column;
	}
	return pipeline_find(p, &f, err);
}

/* "bwrap: ..." is about the sandbox and not about the crate. */
static bool is_setup_failure(const struct process_result *r)
{
	return r->exit_status == 1 &&
	       strncmp(strbuf_str(&r->err), "bwrap: ", 7) == 0;
}

static int check(struct pipeline *p, struct gate_outcome *o, struct err *err)
{
	static const char script[] =
		"cargo check --offline --locked >&2\n"
		"status=$?\n"
		"echo; cat /proc/net/snmp /proc/net/snmp6\n"
		"exit $status\n";
	AUTO(decoys_releasep) struct decoys decoys = { 0 };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	struct build_spec spec = { .dir = p->crate, .script = script };

	if (!p->env->no_sandbox && decoys_set(p, &decoys, err) < 0)
		return (int)err->code;
	spec.binds = decoys.binds;
	spec.bind_count = decoys.count;
	if (build_run(p->env, p->work, &spec, &r, err) < 0)
		return (int)err->code;
	if (!p->env->no_sandbox && is_setup_failure(&r))
		return outcome_error(o, "%.*s",
				     (int)strcspn(strbuf_str(&r.err), "\n"),
				     strbuf_str(&r.err));
	if (outcome_log(p, o, "build", &r.err, err) < 0 ||
	    find_opened(p, &decoys, err) < 0)
		return (int)err->code;
	if (!p->env->no_sandbox && find_network(p, strbuf_str(&r.out), err) < 0)
		return (int)err->code;
	return r.exit_status == 0 ? 0 : find_failure(p, &r, o, err);
}

int gate_step_build(struct pipeline *p, struct gate_outcome *o, struct err *err)
{
	AUTO(str_freep) char *dir = pipeline_path(p, "unpacked");
	struct err why = { 0 };

	snprintf(o->tool, sizeof(o->tool), "cargo %s%s",
		 p->env->toolchain->cargo_version,
		 p->env->no_sandbox ? ", no sandbox" : "");
	if (!p->package)
		return outcome_skip(o, "it could not be packed");
	if (!p->env->no_sandbox && sandbox_check(&why) < 0)
		return outcome_skip(o, "%s", why.msg);
	if (!dir)
		return err_nomem(err);
	if (package_unpack(p->package, dir, &p->crate, &why) < 0) {
		if (why.code == ERR_UNSAFE || why.code == ERR_FORMAT ||
		    why.code == ERR_LIMIT) {
			p->failed_build = true;
			return outcome_skip(o, "%s", why.msg);
		}
		*err = why;
		return (int)err->code;
	}
	return check(p, o, err);
}
