#include "gate/speed.h"

#include <string.h>

#include "base/err.h"
#include "io/sandbox.h"

enum {
	/* with its patience of as much as the load takes to go */
	SPEED_TIMEOUT_MS = 6 * 60 * 1000
};

#define PATIENCE_S "60"
#define INSIDE_PROGRAM "/speed/run"
#define INSIDE_REFERENCE "/speed/reference.so"
#define INSIDE_LIBRARY "/speed/library.so"

static int start(const struct gate_env *env, const struct speed_job *job,
		 struct process_result *r, struct err *err)
{
	static const char *const vars[] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
					    NULL };
	bool outside = env->no_sandbox;
	const char *argv[] = { outside ? job->program : INSIDE_PROGRAM,
			       outside ? job->library : INSIDE_LIBRARY,
			       "--json",
			       "--patience",
			       PATIENCE_S,
			       "--reference",
			       outside ? job->reference : INSIDE_REFERENCE,
			       NULL };
	const struct sandbox_bind binds[] = {
		{ .from = job->program, .to = INSIDE_PROGRAM },
		{ .from = job->reference, .to = INSIDE_REFERENCE },
		{ .from = job->library, .to = INSIDE_LIBRARY },
	};
	struct sandbox_spec spec;

	if (outside) {
		const struct process_spec plain = { .argv = argv,
						    .env = vars,
						    .timeout_ms =
							    SPEED_TIMEOUT_MS };

		return process_run(&plain, r, err);
	}
	sandbox_defaults(&spec);
	spec.argv = argv;
	spec.env = vars;
	spec.binds = binds;
	spec.bind_count = ARRAY_LEN(binds);
	spec.timeout_ms = SPEED_TIMEOUT_MS;
	spec.cpu_s = SPEED_TIMEOUT_MS / 1000;
	return sandbox_run(&spec, r, err);
}

static int no_answer(const struct process_result *p, const struct err *why,
		     struct speed_result *out, struct err *err)
{
	AUTO(speed_result_releasep)
	struct speed_result r = { .verdict = SPEED_ERROR, .load = -1 };
	const char *said = strbuf_str(&p->err);

	if (p->timed_out)
		r.reason = "it had not ended after six minutes";
	else if (p->signal || p->exit_status > 1)
		r.reason = arena_printf(
			&r.arena, "it ended with status %d: %.*s",
			p->signal ? 128 + p->signal : p->exit_status,
			(int)strcspn(said, "\n"), said);
	else
		r.reason = arena_printf(
			&r.arena, "its answer was written over (%s)", why->msg);
	if (!r.reason)
		return err_nomem(err);
	*out = r;
	r = (struct speed_result){ 0 };
	return 0;
}

int speed_run(const struct gate_env *env, const struct speed_job *job,
	      struct speed_result *out, struct err *err)
{
	AUTO(process_result_releasep) struct process_result r = { 0 };
	struct err why = { 0 };

	if (start(env, job, &r, err) < 0)
		return (int)err->code;
	if (!r.timed_out && r.exit_status >= 0 && r.exit_status <= 1 &&
	    r.dropped == 0 &&
	    speed_result_read(strbuf_str(&r.out), r.out.len, out, &why) == 0)
		return 0;
	if (why.code == ERR_NOMEM)
		return err_nomem(err);
	return no_answer(&r, &why, out, err);
}
