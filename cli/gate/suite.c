#include "gate/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/str.h"
#include "io/sandbox.h"

enum {
	AT_ONCE = 6, /* statements of one run */
	WALL_LIMIT_MS = 60000,
	GRACE_MS = 30000,    /* of a run, beyond its statements */
	FILES_MAX = 1 << 16, /* some statements need thousands */
	PROCESSES = 512
};

#define INSIDE_SUITE "/suite/run"
#define INSIDE_LIBRARY "/suite/library.so"

struct asking {
	const struct gate_env *env;
	const struct suite_job *job;
	struct suite_result *out;
	const bool *wanted; /* this time */
	size_t count;
	struct strbuf ids;
	struct process_result process;
};

static void asking_release(struct asking *a)
{
	strbuf_release(&a->ids);
	process_result_release(&a->process);
}
AUTO_RELEASE(struct asking, asking_release)

/* As many descriptors as we may have ourselves. */
static uint32_t files(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return 1024;
	return l.rlim_max > FILES_MAX ? FILES_MAX : (uint32_t)l.rlim_max;
}

/*
 * When a statement is taken to hang.  A lost wake is a lost wake after eight
 * seconds on any machine; of a library that has lost so many it is believed
 * sooner.  No statement is idle for a second where all is well.
 */
struct patience {
	int hangs;
	int idle_ms;
	int wall_ms;
};

static const struct patience *patience_with(const struct suite_result *r)
{
	static const struct patience all[] = {
		{ 12, 1500, 30000 },
		{ 3, 3000, 30000 },
		{ 0, 8000, WALL_LIMIT_MS },
	};
	const struct patience *p = all;
	int hangs = 0;

	for (size_t i = 0; i < r->spec->count; i++)
		hangs += r->items[i].verdict == SUITE_FAIL &&
			 strncmp(r->items[i].reason, "hang", 4) == 0;
	while (hangs < p->hangs)
		p++;
	return p;
}

static int start(struct asking *a, struct err *err)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
					   NULL };
	bool outside = a->env->no_sandbox;
	char idle[16], wall[16];
	const char *argv[] = { outside ? a->job->program : INSIDE_SUITE,
			       outside ? a->job->library : INSIDE_LIBRARY,
			       "--json",
			       "--idle-limit",
			       idle,
			       "--wall-limit",
			       wall,
			       "--only",
			       strbuf_str(&a->ids),
			       NULL };
	const struct sandbox_bind binds[] = {
		{ .from = a->job->program, .to = INSIDE_SUITE },
		{ .from = a->job->library, .to = INSIDE_LIBRARY },
	};
	uint32_t timeout_ms =
		(uint32_t)(a->count + 1) * WALL_LIMIT_MS + GRACE_MS;
	const struct patience *patience = patience_with(a->out);
	struct sandbox_spec spec;

	snprintf(idle, sizeof(idle), "%d", patience->idle_ms);
	snprintf(wall, sizeof(wall), "%d", patience->wall_ms);
	if (outside) {
		const struct process_spec plain = { .argv = argv,
						    .env = env,
						    .timeout_ms = timeout_ms,
						    .max_output =
							    SUITE_OUTPUT_MAX };

		return process_run(&plain, &a->process, err);
	}
	sandbox_defaults(&spec);
	spec.argv = argv;
	spec.env = env;
	spec.binds = binds;
	spec.bind_count = ARRAY_LEN(binds);
	spec.timeout_ms = timeout_ms;
	spec.cpu_s = timeout_ms / 1000;
	spec.files = files();
	spec.processes = PROCESSES;
	spec.max_output = SUITE_OUTPUT_MAX;
	return sandbox_run(&spec, &a->process, err);
}

/* What is wrong with an answer that is none. */
static void complain(const struct asking *a, const struct err *why, char *out,
		     size_t size)
{
	const struct process_result *p = &a->process;

	if (p->timed_out)
		snprintf(out, size, "the suite had not ended after %u s",
			 (unsigned)(p->wall_ms / 1000));
	else if (p->signal)
		snprintf(out, size, "the suite itself was ended by signal %d",
			 p->signal);
	else if (p->exit_status > 1)
		snprintf(out, size,
			 "the suite itself ended with status %d: %.*s",
			 p->exit_status,
			 (int)strcspn(strbuf_str(&p->err), "\n"),
			 strbuf_str(&p->err));
	else
		snprintf(out, size, "the suite's answer was written over (%s)",
			 why->msg);
}

/* Ask for what is wanted; WHY is "" if that was answered. */
static int ask(struct asking *a, char *why, size_t size, struct err *err)
{
	const struct suite_spec *spec = a->out->spec;
	struct process_result *p = &a->process;
	struct err wrong = { 0 };

	a->count = 0;
	strbuf_reset(&a->ids);
	for (size_t i = 0; i < spec->count; i++) {
		if (!a->wanted[i])
			continue;
		strbuf_addf(&a->ids, "%s%s", a->count++ ? "," : "",
			    spec->statements[i].id);
	}
	process_result_release(p);
	*p = (struct process_result){ 0 };
	if (strbuf_check(&a->ids, err) < 0 || start(a, err) < 0)
		return (int)err->code;
	if (strncmp(strbuf_str(&p->err), "bwrap: ", 7) == 0)
		return err_set(err, ERR_MISSING, "%.*s",
			       (int)strcspn(strbuf_str(&p->err), "\n"),
			       strbuf_str(&p->err));
	why[0] = '\0';
	if (p->exit_status < 0 || p->exit_status > 1 || p->dropped > 0 ||
	    suite_result_add(a->out, strbuf_str(&p->out), p->out.len, a->wanted,
			     &wrong) < 0) {
		if (wrong.code == ERR_NOMEM)
			return err_nomem(err);
		complain(a, &wrong, why, size);
	}
	return 0;
}

/* One by one: who ends the suite, or writes over its answer? */
static int ask_each(struct asking *a, const bool *wanted, struct err *err)
{
	const struct suite_spec *spec = a->out->spec;
	bool *one = calloc(spec->count, sizeof(*one));
	char why[640];

	if (!one)
		return err_nomem(err);
	for (size_t i = 0; i < spec->count && !err->code; i++) {
		if (!wanted[i])
			continue;
		one[i] = true;
		a->wanted = one;
		if (ask(a, why, sizeof(why), err) == 0 && why[0])
			(void)suite_result_fail(a->out, i, why, err);
		one[i] = false;
	}
	free(one);
	return (int)err->code;
}

static int ask_some(struct asking *a, const bool *wanted, struct err *err)
{
	char why[640];

	a->wanted = wanted;
	if (ask(a, why, sizeof(why), err) < 0)
		return (int)err->code;
	return why[0] ? ask_each(a, wanted, err) : 0;
}

int suite_run(const struct gate_env *env, const struct suite_job *job,
	      struct suite_result *out, struct err *err)
{
	AUTO(asking_releasep)
	struct asking a = { .env = env, .job = job, .out = out };
	size_t count = out->spec->count, done = job->done, n = 0;
	bool *some = calloc(count, sizeof(*some));

	if (!some)
		return err_nomem(err);
	for (size_t i = 0; i < count && !err->code; i++) {
		some[i] = job->wanted[i];
		n += some[i];
		if (n < AT_ONCE && i + 1 < count)
			continue;
		if (n > 0)
			(void)ask_some(&a, some, err);
		done += n;
		progress_step(env->progress, done, job->total, job->label);
		memset(some, 0, count * sizeof(*some));
		n = 0;
		/* what does not load need not be asked again */
		if (out->load.verdict != SUITE_PASS &&
		    out->load.verdict != SUITE_UNKNOWN)
			break;
	}
	free(some);
	return (int)err->code;
}
