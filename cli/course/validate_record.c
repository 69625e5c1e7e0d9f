#include "course/validate_record.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "course/seat_jobs.h"
#include "workspace/workspace.h"

struct recording {
	const struct seat_jobs *jobs;
	const struct validation *result;
};

/*
 * "E4 E13", or why there is nothing to say: in words of ours, for what a crate
 * says of itself may be anything, a private address too.
 */
static void say_reason(const struct validated *x, struct strbuf *out)
{
	static const char *const unbuilt[] = {
		[LIBRARY_ABSENT] = "has no library",
		[LIBRARY_BROKEN] = "does not build",
		[LIBRARY_MISFIT] = "does not fit the adapter",
		[LIBRARY_TOO_LONG] = "does not build in time",
		[LIBRARY_UNLINKABLE] = "cannot be linked",
	};
	const struct suite_spec *spec = x->result.spec;

	if (x->library.state != LIBRARY_BUILT) {
		strbuf_adds(out, unbuilt[x->library.state]);
		return;
	}
	for (size_t i = 0; i < spec->count; i++)
		if (x->result.items[i].verdict == SUITE_FAIL &&
		    x->levels[i] == FINDING_DENY)
			strbuf_addf(out, "%s%s", out->len ? " " : "",
				    spec->statements[i].id);
	if (x->result.load.verdict == SUITE_FAIL)
		strbuf_adds(out, "does not load");
	else if (x->has_speed && x->speed.verdict == SPEED_FAIL)
		strbuf_addf(out, "%sspeed", out->len ? " " : "");
}

/* Points change with how busy the machine is: they alone are no news. */
static bool is_news(const struct conformance *old,
		    const struct conformance *fresh)
{
	return old->n != fresh->n || old->verdict != fresh->verdict ||
	       strcmp(old->reason ? old->reason : "", fresh->reason) != 0;
}

static int record_job(void *ctx, size_t index, struct change *change,
		      struct err *err)
{
	struct recording *run = ctx;
	struct seat_job *job = &run->jobs->items[index];
	const struct validated *x = &run->result->items[index];
	AUTO(strbuf_releasep) struct strbuf reason = { 0 };
	struct conformance c = { .at = clock_now() };

	if (x->missing || x->err.code)
		return 0;
	say_reason(x, &reason);
	if (strbuf_check(&reason, err) < 0)
		return (int)err->code;
	c.n = job->sub->n;
	c.verdict = x->verdict;
	c.points = (uint32_t)x->score.earned;
	c.of_points = (uint32_t)x->score.possible;
	c.reason = strbuf_str(&reason);
	if (!is_news(&job->record->conformance, &c))
		return 0;
	return record_set_conformance(job->record, &c, err) < 0
		       ? (int)err->code
		       : change_put_record(change, job->record, err);
}

int validate_record(struct workspace *ws, const struct seat_jobs *jobs,
		    const struct validation *v, enum artifact a,
		    struct err *err)
{
	struct recording run = { .jobs = jobs, .result = v };
	bool recorded = false;
	char message[160];

	if (v->partial)
		return 0;
	snprintf(message, sizeof(message), "validate %s: %zu pass, %zu fail%s",
		 artifact_id(a), v->passed, v->failed,
		 v->errors > 0 ? ", some could not be finished" : "");
	return seat_jobs_record(ws, jobs, record_job, &run, message, &recorded,
				err);
}
