/* Parts of statements: whom a cancel meets, when, and what it costs. */
#include <stdlib.h>

#include "ends.h"
#include "parts.h"

/* ---- E29 */

enum {
	MANY = 300
};

static void cancel_many(struct cx_exec *ex)
{
	struct probe *p = calloc(MANY, sizeof(*p));
	int dropped = 0;

	if (!p)
		skip_because("no memory");
	for (int i = 0; i < MANY; i++)
		probe_spawn(ex, &p[i]);
	turns(ex, 3);
	for (int i = 0; i < MANY; i++)
		CHECK(cx_cancel(ex, p[i].id) == CX_OK, "cannot cancel");
	turns(ex, 3);
	for (int i = 0; i < MANY; i++)
		dropped += p[i].drops;
	CHECK(dropped == MANY,
	      "%d tasks were cancelled at once, and %d dropped in the turns "
	      "that followed",
	      MANY, dropped);
	free(p);
}

/* From outside of any poll, the task that was polled last of all. */
static void cancel_the_latest(struct cx_exec *ex)
{
	struct probe p = { 0 };
	int rc;

	probe_spawn(ex, &p);
	cx_run_until_stalled(ex, NULL);
	rc = cx_cancel(ex, p.id);
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	cx_run_until_stalled(ex, NULL);
	turns(ex, 3);
	CHECK(p.drops == 1,
	      "cancelled when it was the last to have been polled, and dropped "
	      "%d times",
	      p.drops);
}

void cancel_pending(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .keeps = true };
	struct probe q = { 0 };
	int rc;

	probe_spawn(ex, &p);
	probe_spawn(ex, &q);
	turns(ex, 10);
	rc = cx_cancel(ex, p.id);
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	rc = cx_cancel(ex, q.id);
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	cx_waker_wake_by_ref(&p.kept);
	turns(ex, 3);
	CHECK(p.polls == 1 && q.polls == 1,
	      "polled after it had been cancelled");
	CHECK(p.drops == 1, "cancelled and woken, and dropped %d times",
	      p.drops);
	CHECK(q.drops == 1, "cancelled, and dropped %d times", q.drops);
	probe_forget(&p);
	cancel_what_is_next(ex);
	cancel_many(ex);
	if (cx_caps() & CX_CAP_STALLED)
		cancel_the_latest(ex);
	cx_free(ex);
}

/* ---- E30 */

static void cancel_by_wrong_ids(struct cx_exec *ex)
{
	struct probe p = { 0 };
	int rc;

	probe_spawn(ex, &p);
	turns(ex, 5);
	rc = cx_cancel(ex, 0);
	CHECK(rc == CX_E_INVAL, "a cancel of the task 0 gave %s",
	      call_word(rc));
	for (int bit = 0; bit < 64; bit++) {
		rc = cx_cancel(ex, p.id ^ 1ull << bit);
		CHECK(rc == CX_E_INVAL,
		      "a cancel of an id that differs from a task's in bit %d, "
		      "and is nobody's, gave %s",
		      bit, call_word(rc));
	}
	turns(ex, 5);
	CHECK(p.drops == 0, "the id of nobody cancelled a task");
	rc = cx_cancel(ex, p.id);
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	turns(ex, 5);
}

static int step_ready_cancelled(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	CHECK(cx_cancel(p->ex, p->id) == CX_OK, "cannot cancel itself");
	CHECK(cx_cancel(p->ex, p->id) == CX_E_INVAL,
	      "a second cancel is not CX_E_INVAL");
	return CX_READY;
}

static int step_cancel_peer(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	p->data = cx_cancel(p->ex, p->peer->id) == CX_OK ? p : NULL;
	return CX_READY;
}

static void drop_cancels_itself(struct probe *p)
{
	int rc = cx_cancel(p->ex, p->id);

	CHECK(rc == CX_E_INVAL,
	      "in the drop of a future, a cancel of its own task gave %s",
	      call_word(rc));
}

/* While it is dropped a task has ended, or was cancelled before. */
static void cancel_in_drop(struct cx_exec *ex)
{
	struct probe ends = { .step = step_ready, .last = drop_cancels_itself };
	struct probe goes = { .last = drop_cancels_itself };

	probe_spawn(ex, &ends);
	probe_spawn(ex, &goes);
	turns(ex, 5);
	CHECK(cx_cancel(ex, goes.id) == CX_OK, "cannot cancel");
	turns(ex, 5);
	CHECK(ends.drops == 1 && goes.drops == 1,
	      "of two whose drop cancels their task, one was dropped %d times "
	      "and one %d times",
	      ends.drops, goes.drops);
}

void cancel_by_id(void)
{
	struct cx_exec *ex = exec_new();
	struct probe self = { .step = step_ready_cancelled };
	struct probe victim = { 0 };
	struct probe killer = { .step = step_cancel_peer, .peer = &victim };
	struct probe fresh = { 0 };

	probe_spawn(ex, &self);
	turns(ex, 5);
	CHECK(self.drops == 1, "cancelled by itself, dropped %d times",
	      self.drops);
	CHECK(cx_cancel(ex, self.id) == CX_E_INVAL,
	      "a cancel of a finished task is not CX_E_INVAL");
	probe_spawn(ex, &victim);
	turns(ex, 5);
	CHECK(cx_cancel(ex, self.id) == CX_E_INVAL && !victim.drops,
	      "the id of a finished task cancels another");
	probe_spawn(ex, &killer);
	turns(ex, 10);
	CHECK(killer.data, "a task cannot cancel another");
	CHECK(victim.drops == 1, "cancelled, and dropped %d times",
	      victim.drops);
	probe_spawn(ex, &fresh);
	CHECK(cx_cancel(ex, fresh.id) == CX_OK, "cannot cancel");
	CHECK(cx_cancel(ex, fresh.id) == CX_E_INVAL,
	      "a second cancel is not CX_E_INVAL");
	turns(ex, 5);
	CHECK(fresh.polls == 0 && fresh.drops == 1,
	      "cancelled before its first poll: %d polls, %d drops",
	      fresh.polls, fresh.drops);
	cancel_in_drop(ex);
	cancel_by_wrong_ids(ex);
	cx_free(ex);
}

/* ---- E34 */

/* A run in which everybody who could be polled has gone. */
static void count_in_vain(struct cx_exec *ex, const char *whom)
{
	uint64_t before = all_polls;
	uint64_t polls = 77;
	int rc = cx_run_until_stalled(ex, &polls);

	CHECK(rc == CX_OK, "cx_run_until_stalled gave %s", call_word(rc));
	CHECK(polls == all_polls - before,
	      "%s: cx_run_until_stalled says %llu polls, and there were %llu",
	      whom, (unsigned long long)polls,
	      (unsigned long long)(all_polls - before));
}

static int step_goes(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	CHECK(cx_cancel(p->ex, p->id) == CX_OK, "cannot cancel itself");
	return CX_PENDING;
}

void count_no_dead(struct cx_exec *ex)
{
	/* they stay where nothing cancels */
	static struct probe p[3] = { { .keeps = true }, { .keeps = true } };
	static struct probe goes = { .step = step_goes };
	struct probe done = { .step = step_second, .keeps = true };

	for (int i = 0; i < 3; i++)
		probe_spawn(ex, &p[i]);
	probe_spawn(ex, &done);
	cx_run_until_stalled(ex, NULL);
	cx_waker_wake_by_ref(&done.kept);
	count_in_vain(ex, "a task was woken");
	cx_waker_wake_by_ref(&done.kept);
	count_in_vain(ex, "a task that has ended was woken");
	if (cx_caps() & CX_CAP_CANCEL) {
		cx_waker_wake_by_ref(&p[0].kept);
		for (int i = 0; i < 3; i++)
			CHECK(cx_cancel(ex, p[i].id) == CX_OK, "cannot cancel");
		cx_waker_wake_by_ref(&p[1].kept);
		count_in_vain(ex, "tasks were cancelled");
		count_in_vain(ex, "tasks were cancelled before");
		probe_spawn(ex, &goes);
		count_in_vain(ex, "a task cancelled itself");
	}
	turns(ex, 3);
	probe_forget(&p[0]);
	probe_forget(&p[1]);
	probe_forget(&done);
}
