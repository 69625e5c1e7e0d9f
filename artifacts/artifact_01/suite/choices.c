/*
 * E92 to E94: what the header says of errors, of an executor inside another
 * and of a block_on that is over.
 */
#include "panics.h"
#include "parts.h"

/* ---- E92: an error writes nothing */

enum {
	UNTOUCHED = 77
};

static void last_spawns(struct probe *p)
{
	uint64_t id = UNTOUCHED;
	int rc = cx_spawn(p->ex, probe_future(p->ex, p->peer), &id);

	CHECK(rc == CX_E_CLOSED, "a spawn inside cx_free gave %s",
	      call_word(rc));
	CHECK(id == UNTOUCHED,
	      "a spawn inside cx_free was refused, and wrote a task id");
}

static void last_spawns_remote(struct probe *p)
{
	int rc = cx_spawn_remote(p->ex, probe_future(p->ex, p->peer));

	CHECK(rc == CX_E_CLOSED, "a remote spawn inside cx_free gave %s",
	      call_word(rc));
}

/* On an error that future is the caller's still. */
static void spawn_remote_when_closed(void)
{
	struct cx_exec *ex = exec_new();
	struct probe born = { 0 };
	struct probe p = { .last = last_spawns_remote, .peer = &born };

	probe_spawn(ex, &p);
	cx_free(ex);
	CHECK(born.drops == 0,
	      "a remote spawn inside cx_free was refused, and the future "
	      "dropped %d times",
	      born.drops);
}

static void spawn_when_closed(void)
{
	struct cx_exec *ex = exec_new();
	struct probe born = { 0 };
	struct probe p = { .last = last_spawns, .peer = &born };

	probe_spawn(ex, &p);
	cx_free(ex);
	CHECK(born.drops == 1,
	      "a spawn inside cx_free was refused, and the future dropped %d "
	      "times",
	      born.drops);
}

static int step_stalled(struct probe *p, struct cx_ctx *cx)
{
	uint64_t polls = UNTOUCHED;
	int rc = cx_run_until_stalled(p->ex, &polls);

	(void)cx;
	CHECK(rc == CX_E_NESTED, "a nested cx_run_until_stalled gave %s",
	      call_word(rc));
	CHECK(polls == UNTOUCHED,
	      "a nested cx_run_until_stalled was refused, and wrote a number "
	      "of polls");
	return CX_READY;
}

/* Each of the allocations of a spawn fails once. */
static void spawn_without_memory(void)
{
	struct cx_exec *ex = exec_new();
	bool failed = true;

	for (long nth = 1; failed && nth < 50; nth++) {
		struct probe p = { .step = step_ready };
		uint64_t id = UNTOUCHED;
		int rc;

		may_end();
		counts_fail(nth);
		rc = cx_spawn(ex, probe_future(ex, &p), &id);
		failed = counts_failed();
		goes_on();
		if (rc == CX_OK) {
			exec_run(ex);
			CHECK(p.polls > 0 && p.drops == 1,
			      "spawned, and %d polls and %d drops", p.polls,
			      p.drops);
			continue;
		}
		CHECK(failed && rc == CX_E_SYS, "cx_spawn gave %s",
		      call_word(rc));
		CHECK(p.drops == 1 && p.polls == 0,
		      "a spawn found no memory, and the future had %d polls "
		      "and %d drops",
		      p.polls, p.drops);
		CHECK(id == UNTOUCHED,
		      "a spawn found no memory, and wrote a task id");
	}
	cx_free(ex);
}

enum {
	SENDS = 300
};

/* What was taken, and is still to come. */
struct taken {
	uint64_t items[SENDS];
	int sent;
	int received;
};

static void receive_next(struct cx_rx *rx, struct taken *t)
{
	static struct counter c; /* some keep a waker for longer */
	struct cx_op *op = recv_op(rx);
	uint64_t item = 0;
	int rc = cx_op_poll_with(op, &counter_vt, &c, &item);

	if (t->received < t->sent) {
		CHECK(rc == CX_READY && item == t->items[t->received],
		      "some sends found no memory; item %lu was taken and "
		      "comes next, and a receive gave %s and %lu",
		      (unsigned long)t->items[t->received], call_word(rc),
		      (unsigned long)item);
		t->received++;
	} else {
		CHECK(rc == CX_PENDING,
		      "some sends found no memory, what was taken has come, "
		      "and a receive gave %s and %lu",
		      call_word(rc), (unsigned long)item);
	}
	cx_op_drop(op);
}

/*
 * The NTH allocation of a send fails, wherever the last one did not: a queue
 * that grows has its chance to.
 */
static void send_without_memory(struct cx_exec *ex, long nth)
{
	struct taken t = { .sent = 0 };
	bool failed = false;
	struct cx_tx *tx;
	struct cx_rx *rx;

	chan_new(ex, &tx, &rx);
	for (uint64_t i = 1; i <= SENDS; i++) {
		int rc;

		may_end();
		counts_fail(failed ? 0 : nth);
		rc = cx_tx_send(tx, i);
		failed = counts_failed();
		goes_on();
		CHECK(rc == CX_OK || (failed && rc == CX_E_SYS),
		      "a send %s gave %s",
		      failed ? "that found no memory"
			     : "among some that found "
			       "no memory",
		      call_word(rc));
		if (rc == CX_OK)
			t.items[t.sent++] = i;
		if (i % 3 == 0)
			receive_next(rx, &t);
	}
	while (t.received < t.sent)
		receive_next(rx, &t);
	receive_next(rx, &t);
	cx_tx_drop(tx);
	cx_rx_drop(rx);
}

static void send_in_need(void)
{
	struct cx_exec *ex = exec_new();

	for (long nth = 1; nth <= 3; nth++)
		send_without_memory(ex, nth);
	cx_free(ex);
}

static void e92(void)
{
	struct cx_exec *ex = exec_new();
	struct probe nested = { .step = step_stalled };

	if (cx_caps() & CX_CAP_STALLED)
		probe_block_on(ex, &nested);
	cx_free(ex);
	spawn_when_closed();
	if (cx_caps() & CX_CAP_REMOTE_SPAWN)
		spawn_remote_when_closed();
	/* where there is none for Rust, the process ends */
	if (can_panic() || !counts_memory())
		return;
	spawn_without_memory();
	if (cx_caps() & CX_CAP_CHANNEL)
		send_in_need();
}

/* ---- E93: another executor inside a poll */

struct other {
	struct cx_exec *outer;
	struct cx_exec *inner;
};

/* In a poll of the inner one, and so in one of the outer. */
static int step_innermost(struct probe *p, struct cx_ctx *cx)
{
	const struct other *o = p->data;
	int rc = cx_run(o->outer);

	CHECK(rc == CX_E_NESTED,
	      "cx_run of an executor inside a poll of its own, with another "
	      "between the two, gave %s",
	      call_word(rc));
	return step_yield(p, cx);
}

static int step_run_other(struct probe *p, struct cx_ctx *cx)
{
	struct other *o = p->data;
	struct probe main = { .step = step_innermost, .n = 5, .data = o };
	struct probe task = { .step = step_yield, .n = 5 };
	int rc;

	probe_spawn(o->inner, &task);
	rc = cx_block_on(o->inner, probe_future(o->inner, &main));
	CHECK(rc == CX_OK,
	      "cx_block_on inside a poll of another executor "
	      "gave %s",
	      call_word(rc));
	CHECK(main.polls >= 6 && main.drops == 1,
	      "cx_block_on inside a poll of another executor: %d polls, %d "
	      "drops",
	      main.polls, main.drops);
	rc = cx_run(o->inner);
	CHECK(rc == CX_OK, "cx_run inside a poll of another executor gave %s",
	      call_word(rc));
	CHECK(task.drops == 1,
	      "cx_run inside a poll of another executor left a task");
	return step_yield(p, cx);
}

static void e93(void)
{
	struct other o = { .outer = exec_new(), .inner = exec_new() };
	struct probe main = { .step = step_run_other, .n = 2, .data = &o };
	struct probe task = { .step = step_run_other, .n = 2, .data = &o };

	probe_block_on(o.outer, &main);
	probe_spawn(o.outer, &task);
	exec_run(o.outer);
	CHECK(task.drops == 1,
	      "a task in which another executor ran had %d "
	      "drops",
	      task.drops);
	cx_free(o.outer);
	cx_free(o.inner);
}

/* ---- E94: a wake of what an earlier block_on ran */

struct later {
	struct probe probe;
	struct cx_waker own;
	struct cx_waker old;
	_Atomic bool told;
	pthread_t thread;
};

static void *tell(void *data)
{
	struct later *l = data;

	cx_waker_wake_by_ref(&l->old);
	doze(20 * MS);
	l->told = true;
	cx_waker_wake(l->own);
	return NULL;
}

static int step_sleep(struct probe *p, struct cx_ctx *cx)
{
	struct later *l = p->data;

	if (p->polls > 1) {
		CHECK(l->told, "the waker of a block_on that is over woke a "
			       "later one");
		return CX_READY;
	}
	cx_waker_wake_by_ref(&l->old);
	l->own = cx_ctx_waker(cx);
	l->thread = thread_start(tell, l);
	return CX_PENDING;
}

static void e94(void)
{
	static struct later l;
	struct cx_exec *ex = exec_new();
	struct probe first = { .step = step_yield, .n = 2, .keeps = true };

	probe_block_on(ex, &first);
	l.old = first.kept;
	l.probe = (struct probe){ .step = step_sleep, .data = &l };
	probe_block_on(ex, &l.probe);
	thread_join(l.thread);
	probe_forget(&first);
	cx_free(ex);
}

const struct statement choice_statements[] = {
	{ "E92", 'K', true, 0, e92 },
	{ "E93", 'K', true, 0, e93 },
	{ "E94", 'K', true, 0, e94 },
	{ 0 },
};
