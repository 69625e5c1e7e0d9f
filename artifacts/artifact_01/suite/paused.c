/* E87 to E89: virtual time. */
#include <stdlib.h>

#include <stdio.h>
#include <string.h>

#include "io.h"
#include "parts.h"
#include "timers.h"

static void pause_time(struct cx_exec *ex)
{
	int rc = cx_time_pause(ex);

	CHECK(rc == CX_OK, "cx_time_pause gave %s", code_word(rc));
}

/* When its op was READY goes to data, in virtual time. */
static int step_note_time(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_await(p, cx);

	if (rc == CX_READY)
		*(uint64_t *)p->data = cx_now(p->ex);
	return rc;
}

static int step_yield_at(struct probe *p, struct cx_ctx *cx)
{
	CHECK(cx_now(p->ex) == *(const uint64_t *)p->data,
	      "paused time moved while a task could run");
	return step_yield(p, cx);
}

/* ---- E87: jumps */

/* Less than a microsecond apart, each has its own time and its turn. */
static void jump_by_little(struct cx_exec *ex)
{
	static const unsigned int ns[5] = { 900, 100, 500, 101, 499 };
	struct probe sleeps[5] = { { 0 } };
	uint64_t fired[5] = { 0 };
	uint64_t start = (cx_now(ex) / 1000 + 10) * 1000;

	for (int i = 0; i < 5; i++) {
		sleeps[i].step = step_note_time;
		sleeps[i].data = &fired[i];
		sleeps[i].op = sleep_op(ex, start + ns[i]);
		probe_spawn(ex, &sleeps[i]);
	}
	exec_run(ex);
	for (int i = 0; i < 5; i++)
		CHECK(fired[i] == start + ns[i],
		      "with time paused, a timer fired %lld ns after its "
		      "deadline, with others less than a microsecond away",
		      (long long)(fired[i] - start - ns[i]));
}

/* A deadline of three centuries is one, too. */
static void jump_far(struct cx_exec *ex)
{
	uint64_t fired = 0;
	struct probe p = { .step = step_note_time, .data = &fired };
	int rc;

	p.op = sleep_op(ex, (uint64_t)1 << 63);
	rc = cx_block_on(ex, probe_future(ex, &p));
	CHECK(rc == CX_OK,
	      "a run with time paused and a timer at 1 << 63 ns gave %s",
	      code_word(rc));
	CHECK(fired == (uint64_t)1 << 63,
	      "a timer at 1 << 63 ns fired at another time");
}

/* What ended a wait for a descriptor runs before time jumps on. */
static void jump_after_data(struct cx_exec *ex)
{
	uint64_t fired[2] = { 0 };
	struct probe waits = { .step = step_note_time, .data = &fired[0] };
	struct probe sleeps = { .step = step_note_time, .data = &fired[1] };
	uint64_t start = cx_now(ex);
	int fds[2];

	pair_open(fds);
	waits.op = ready_op(ex, fds[0], CX_READABLE);
	sleeps.op = sleep_op(ex, start + HOUR);
	put_bytes(fds[1], 1);
	probe_spawn(ex, &waits);
	probe_spawn(ex, &sleeps);
	exec_run(ex);
	CHECK(fired[0] == start,
	      "paused time moved while there was data for a task to run on");
	CHECK(fired[1] == start + HOUR,
	      "a timer of an hour fired after another time");
	pair_close(fds);
}

/*
 * Many timers, of which half are dropped in any order, from within the heap
 * as from its ends.
 */
enum {
	NAPS = 60,
	LIVES = NAPS / 2
};

struct night {
	struct probe naps[LIVES];
	uint64_t fired[LIVES];
	uint64_t due[LIVES];
	struct cx_op *gone[NAPS - LIVES];
	unsigned int seed;
};

static unsigned int draw(struct night *n, unsigned int below)
{
	n->seed = n->seed * 1103515245 + 12345;
	return (n->seed >> 16) % below;
}

static void drop_some(struct night *n, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int at = draw(n, NAPS - LIVES);

		cx_op_drop(n->gone[at]);
		n->gone[at] = NULL;
	}
}

static void sleep_a_night(struct cx_exec *ex, struct night *n)
{
	static struct counter c;
	uint64_t start = cx_now(ex);

	memset(n->naps, 0, sizeof(n->naps));
	for (int i = 0; i < LIVES; i++) {
		n->due[i] = start + 1 + draw(n, 40) * (uint64_t)MS;
		n->naps[i].step = step_note_time;
		n->naps[i].data = &n->fired[i];
		n->naps[i].op = sleep_op(ex, n->due[i]);
		probe_spawn(ex, &n->naps[i]);
		n->gone[i] = sleep_op(ex, start + 1 + draw(n, 40) * MS);
		wait_with(n->gone[i], &c);
		if (draw(n, 8) == 0)
			CHECK(cx_run_until_stalled(ex, NULL) == CX_OK,
			      "a stalled run failed");
		drop_some(n, draw(n, 2));
	}
	CHECK(cx_run_until_stalled(ex, NULL) == CX_OK, "a stalled run failed");
	drop_some(n, LIVES);
	exec_run(ex);
	for (int i = 0; i < LIVES; i++) {
		CHECK(n->fired[i] == n->due[i],
		      "with time paused, and other timers dropped, one fired "
		      "at %llu ns, and was due at %llu",
		      (unsigned long long)n->fired[i],
		      (unsigned long long)n->due[i]);
		cx_op_drop(n->gone[i]);
		n->gone[i] = NULL;
	}
}

static void e87(void)
{
	static struct night night = { .seed = 11 };
	static const uint64_t hours[4] = { 3, 1, 30, 2 };
	struct cx_exec *ex = exec_new();
	struct probe sleeps[4] = { { 0 } };
	struct probe busy = { .step = step_yield_at, .n = 2000 };
	uint64_t fired[4] = { 0 };
	uint64_t began = wall_ns();
	uint64_t start;

	pause_time(ex);
	start = cx_now(ex);
	busy.data = &start;
	probe_spawn(ex, &busy);
	for (int i = 0; i < 4; i++) {
		sleeps[i].step = step_note_time;
		sleeps[i].data = &fired[i];
		sleeps[i].op = sleep_op(ex, start + hours[i] * HOUR);
		probe_spawn(ex, &sleeps[i]);
	}
	exec_run(ex);
	for (int i = 0; i < 4; i++)
		CHECK(fired[i] == start + hours[i] * HOUR,
		      "a timer of %u hours fired after %u minutes",
		      (unsigned int)hours[i],
		      (unsigned int)((fired[i] - start) / HOUR * 60));
	CHECK(wall_ns() - began < 20000ull * MS, "paused time is waited for");
	jump_by_little(ex);
	if (cx_caps() & CX_CAP_IO)
		jump_after_data(ex);
	if (cx_caps() & CX_CAP_STALLED) {
		for (int i = 0; i < 200; i++)
			sleep_a_night(ex, &night);
	}
	jump_far(ex);
	cx_free(ex);
}

/* ---- E88: advancing */

/* What a poll may say before the time, however little is missing. */
static void advance_by_little(struct cx_exec *ex)
{
	static const unsigned int left[] = { 1000000, 999, 500, 1 };
	struct counter c = { 0 };
	uint64_t at = cx_now(ex) + HOUR;
	struct cx_op *op = sleep_op(ex, at);
	int rc;

	wait_with(op, &c);
	for (int i = 0; i < 4; i++) {
		rc = cx_time_advance(ex, at - left[i] - cx_now(ex));
		CHECK(rc == CX_OK, "cx_time_advance gave %s", code_word(rc));
		turns(ex, 5);
		rc = poll_with(op, &c);
		CHECK(rc == CX_PENDING && c.wakes == 0,
		      "%u ns before its deadline, with time paused, a timer "
		      "was woken %d times and gave %s",
		      left[i], c.wakes, code_word(rc));
	}
	rc = cx_time_advance(ex, 1);
	CHECK(rc == CX_OK, "cx_time_advance gave %s", code_word(rc));
	turns(ex, 5);
	rc = poll_with(op, &c);
	CHECK(rc == CX_READY, "at its deadline a timer gave %s", code_word(rc));
	cx_op_drop(op);
}

/* Time goes on from where it was put, also where a timer was due before. */
static void run_after_advance(struct cx_exec *ex)
{
	uint64_t fired = 0;
	struct probe p = { .step = step_note_time, .data = &fired };
	uint64_t start = cx_now(ex);
	int rc;

	p.op = sleep_op(ex, start + 100);
	probe_spawn(ex, &p);
	if (cx_caps() & CX_CAP_STALLED)
		CHECK(cx_run_until_stalled(ex, NULL) == CX_OK,
		      "a stalled run failed");
	rc = cx_time_advance(ex, 1000);
	CHECK(rc == CX_OK, "cx_time_advance gave %s", code_word(rc));
	exec_run(ex);
	CHECK(fired == start + 1000 && cx_now(ex) == start + 1000,
	      "paused time was put 1000 ns ahead, past a timer; when that "
	      "fired, it was %lld ns ahead, and is %lld",
	      (long long)(fired - start), (long long)(cx_now(ex) - start));
}

static void advance_past_the_end(struct cx_exec *ex)
{
	static const uint64_t most[] = { UINT64_MAX, UINT64_MAX - 1,
					 UINT64_MAX / 2, UINT64_MAX };

	for (int i = 0; i < 4; i++) {
		uint64_t before = cx_now(ex);

		cx_time_advance(ex, most[i]);
		CHECK(cx_now(ex) >= before,
		      "cx_time_advance past the end of time went back");
	}
}

static void e88(void)
{
	struct cx_exec *ex = exec_new();
	struct counter due = { 0 };
	struct counter later = { 0 };
	struct cx_op *ops[2];
	uint64_t before;
	uint64_t start;

	CHECK(cx_time_advance(ex, 1) == CX_E_INVAL,
	      "time that is not paused was advanced");
	before = cx_now(ex);
	pause_time(ex);
	start = cx_now(ex);
	CHECK(start >= before, "a pause took time back by %lu ns",
	      (unsigned long)(before - start));
	doze(3 * MS);
	pause_time(ex);
	CHECK(cx_now(ex) == start, "paused time goes on");
	ops[0] = sleep_op(ex, start + HOUR);
	ops[1] = sleep_op(ex, start + 3 * HOUR);
	CHECK(poll_with(ops[0], &due) == CX_PENDING &&
		      poll_with(ops[1], &later) == CX_PENDING,
	      "READY before its time");
	if (cx_caps() & CX_CAP_STALLED) {
		CHECK(cx_run_until_stalled(ex, NULL) == CX_OK,
		      "a stalled run failed");
		CHECK(cx_now(ex) == start, "a stalled run let time jump");
	}
	CHECK(cx_time_advance(ex, 2 * HOUR) == CX_OK, "cx_time_advance failed");
	CHECK(cx_now(ex) == start + 2 * HOUR, "cx_time_advance is not exact");
	turns(ex, 5);
	CHECK(due.wakes == 1, "a timer that is due had %d wakes", due.wakes);
	CHECK(later.wakes == 0, "a timer fired early");
	CHECK(poll_with(ops[0], &due) == CX_READY, "due and not READY");
	CHECK(poll_with(ops[1], &later) == CX_PENDING, "READY early");
	cx_op_drop(ops[0]);
	cx_op_drop(ops[1]);
	advance_by_little(ex);
	run_after_advance(ex);
	advance_past_the_end(ex);
	cx_free(ex);
}

/* ---- E89: runs that nothing can end */

/* What a wait that paused time must not jump over is ended by. */
struct ender {
	int fd;
	struct cx_tx *tx;
};

static void *end_waits(void *data)
{
	struct ender *e = data;

	doze(40 * MS);
	if (e->fd >= 0)
		put_bytes(e->fd, 1);
	if (e->tx)
		cx_tx_send(e->tx, 5);
	return NULL;
}

/* A wait for OP, which E ends, is worth waiting for. */
static void outlast(struct cx_exec *ex, struct cx_op *op, struct ender e)
{
	struct probe p = { .step = step_await, .op = op };
	pthread_t thread = thread_start(end_waits, &e);
	int rc = cx_block_on(ex, probe_future(ex, &p));

	thread_join(thread);
	CHECK(rc == CX_OK && p.n > 0, "waiting for %s with time paused gave %s",
	      e.tx ? "a channel" : "a descriptor", code_word(rc));
}

static void check_stalled(struct cx_exec *ex, const char *when)
{
	struct vigil v = { .what = "" };
	struct probe pending = { 0 };
	int rc;

	snprintf(v.what, sizeof(v.what),
		 "a run that nothing can end%s sleeps on, with time paused",
		 when);
	vigil_begin(&v);
	rc = cx_block_on(ex, probe_future(ex, &pending));
	vigil_end(&v);
	CHECK(rc == CX_E_STALLED, "a run that nothing can end%s gave %s", when,
	      code_word(rc));
	CHECK(pending.drops == 1, "a run that gave up kept its future");
}

/* Waits that were dropped count no more; nor do those that were over. */
static void forget_descriptors(struct cx_exec *ex)
{
	static struct counter c[2];
	int fds[2];

	pair_open(fds);
	for (int i = 0; i < 4; i++) {
		struct cx_op *in = ready_op(ex, fds[0], CX_READABLE);
		struct cx_op *out = ready_op(ex, fds[0], CX_WRITABLE);

		if (i % 2)
			fill(fds[0]);
		wait_with(in, &c[0]);
		poll_with(out, &c[1]);
		turns(ex, 2);
		cx_op_drop(i < 2 ? in : out);
		cx_op_drop(i < 2 ? out : in);
		turns(ex, 2);
		check_stalled(ex, ", after two waits for a descriptor that "
				  "were dropped,");
		drain(fds[1]);
	}
	pair_close(fds);
}

static void forget_receives(struct cx_exec *ex)
{
	struct counter c = { 0 };
	struct cx_tx *tx;
	struct cx_rx *rx;

	chan_new(ex, &tx, &rx);
	for (int i = 0; i < 3; i++) {
		struct cx_op *op = recv_op(rx);

		wait_with(op, &c);
		if (i)
			wait_with(op, &c);
		cx_op_drop(op);
		check_stalled(ex, ", after a receive that was dropped,");
	}
	cx_tx_drop(tx);
	cx_rx_drop(rx);
}

static void e89(void)
{
	struct cx_exec *ex = exec_new();
	struct probe never = { .step = step_await };
	struct cx_tx *tx;
	struct cx_rx *rx;
	int fds[2];
	int rc;

	pause_time(ex);
	if (cx_caps() & CX_CAP_IO) {
		pair_open(fds);
		outlast(ex, ready_op(ex, fds[0], CX_READABLE),
			(struct ender){ .fd = fds[1] });
		pair_close(fds);
		forget_descriptors(ex);
	}
	if (cx_caps() & CX_CAP_CHANNEL) {
		chan_new(ex, &tx, &rx);
		outlast(ex, cx_rx_recv(rx), (struct ender){ -1, tx });
		cx_tx_drop(tx);
		cx_rx_drop(rx);
		forget_receives(ex);
		receive_by_many(ex);
	}
	never.op = sleep_op(ex, UINT64_MAX);
	probe_spawn(ex, &never);
	check_stalled(ex, "");
	rc = cx_run(ex);
	CHECK(rc == CX_E_STALLED, "a run that nothing can end gave %s",
	      code_word(rc));
	cx_free(ex);
	CHECK(never.drops == 1, "a task had %d drops", never.drops);
}

enum {
	PAUSES = CX_CAP_VIRTUAL_TIME | CX_CAP_TIMERS
};

const struct statement paused_statements[] = {
	{ "E87", 'K', false, PAUSES, e87 },
	{ "E88", 'K', false, PAUSES, e88 },
	{ "E89", 'K', false, PAUSES, e89 },
	{ 0 },
};
