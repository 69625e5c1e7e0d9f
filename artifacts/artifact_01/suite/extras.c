/* E81 to E89: joins, spawns from other threads, virtual time. */
#include <sched.h>
#include <stdlib.h>

#include "ambush.h"
#include "io.h"
#include "meet.h"

static const uint64_t HOUR = 3600ull * 1000 * MS;

/* ---- E81 to E83: joins */

static struct cx_op *join_op(struct cx_exec *ex, const struct probe *task)
{
	struct cx_op *op = cx_join(ex, task->id);

	CHECK(op, "cx_join of a live task gave NULL");
	return op;
}

/* Joins its peer; how that ended goes to n. */
static int step_join(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_await(p, cx);

	CHECK(rc == CX_PENDING || p->peer->drops == 1,
	      "a join was READY before the future had been dropped");
	return rc;
}

static int step_panic_when_woken(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls > 1 ? CX_PANIC : CX_PENDING;
}

static int step_cancel_peer(struct probe *p, struct cx_ctx *cx)
{
	int rc = cx_cancel(p->ex, p->peer->id);

	(void)cx;
	CHECK(rc == CX_OK, "cx_cancel gave %d", rc);
	return CX_READY;
}

/* End TASK in its way while three tasks join it; they are told END. */
static void join_ends(struct cx_exec *ex, struct probe *task, enum cx_end end,
		      const char *how)
{
	struct probe joins[3] = { { .n = 77 }, { .n = 77 }, { .n = 77 } };
	struct probe cancels = { .step = step_cancel_peer, .peer = task };

	task->keeps = true;
	probe_spawn(ex, task);
	for (int i = 0; i < 3; i++) {
		joins[i].step = step_join;
		joins[i].peer = task;
		joins[i].op = join_op(ex, task);
		probe_spawn(ex, &joins[i]);
	}
	turns(ex, 5);
	for (int i = 0; i < 3; i++)
		CHECK(joins[i].drops == 0,
		      "a join of a task that is pending was READY");
	if (end == CX_END_CANCELLED)
		probe_spawn(ex, &cancels);
	else
		cx_waker_wake_by_ref(&task->kept);
	exec_run(ex);
	for (int i = 0; i < 3; i++)
		CHECK(joins[i].n == (long)end,
		      "the join of a task that %s gave %ld", how, joins[i].n);
	probe_forget(task);
}

static void e81(void)
{
	struct cx_exec *ex = exec_new();
	struct probe done = { .step = step_second };
	struct probe panics = { .step = step_panic_when_woken };
	struct probe gone = { 0 };

	join_ends(ex, &done, CX_END_READY, "finished");
	if (cx_caps() & CX_CAP_CATCH_PANIC)
		join_ends(ex, &panics, CX_END_PANIC, "panicked");
	if (cx_caps() & CX_CAP_CANCEL)
		join_ends(ex, &gone, CX_END_CANCELLED, "was cancelled");
	cx_free(ex);
}

static void e82(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_ready };
	struct probe others[100] = { { 0 } };

	probe_spawn(ex, &p);
	exec_run(ex);
	for (int i = 0; i < 100; i++)
		probe_spawn(ex, &others[i]);
	CHECK(!cx_join(ex, p.id),
	      "cx_join of a task that has ended gave an op");
	CHECK(!cx_join(ex, p.id + 1000000),
	      "cx_join of a task that never was gave an op");
	cx_free(ex);
}

static void e83(void)
{
	struct cx_exec *ex = exec_new();
	struct probe task = { .step = step_second, .keeps = true };
	struct counter first = { 0 };
	struct counter last = { 0 };
	struct counter gone = { 0 };
	struct cx_op *dropped;
	struct cx_op *op;
	uint64_t end = 77;

	probe_spawn(ex, &task);
	op = join_op(ex, &task);
	dropped = join_op(ex, &task);
	CHECK(poll_with(op, &first) == CX_PENDING, "not pending");
	CHECK(poll_with(op, &last) == CX_PENDING, "not pending");
	CHECK(poll_with(dropped, &gone) == CX_PENDING, "not pending");
	turns(ex, 5);
	cx_op_drop(dropped);
	cx_waker_wake_by_ref(&task.kept);
	exec_run(ex);
	turns(ex, 5);
	CHECK(last.wakes == 1, "the last waker had %d wakes, not 1",
	      last.wakes);
	CHECK(first.wakes == 0, "a waker that another replaced was woken");
	CHECK(gone.wakes == 0, "a join that was dropped woke its task");
	CHECK(cx_op_poll_with(op, &counter_vt, &last, &end) == CX_READY &&
		      end == CX_END_READY,
	      "the join was woken and is not READY");
	CHECK(poll_with(op, &last) == CX_E_INVAL, "a spent op is no error");
	cx_op_drop(op);
	turns(ex, 5);
	CHECK(first.clones == first.drops && last.clones == last.drops &&
		      gone.clones == gone.drops,
	      "a join keeps a waker after its end");
	probe_forget(&task);
	cx_free(ex);
}

static void drop_op(void *op)
{
	cx_op_drop(*(struct cx_op **)op);
	*(struct cx_op **)op = NULL;
}

static void e83b(void)
{
	struct cx_exec *ex = exec_new();
	struct probe task = { .step = step_second, .keeps = true };
	struct cx_op *ops[2];
	struct counter each[2] = { { .on_wake = drop_op, .data = &ops[1] },
				   { .on_wake = drop_op, .data = &ops[0] } };

	probe_spawn(ex, &task);
	for (int i = 0; i < 2; i++) {
		ops[i] = join_op(ex, &task);
		CHECK(poll_with(ops[i], &each[i]) == CX_PENDING, "not pending");
	}
	turns(ex, 5);
	cx_waker_wake_by_ref(&task.kept);
	exec_run(ex);
	turns(ex, 5);
	CHECK(each[0].wakes + each[1].wakes > 0, "neither of two joins woke");
	cx_op_drop(ops[0]);
	cx_op_drop(ops[1]);
	probe_forget(&task);
	cx_free(ex);
}

/* ---- E84 to E86: spawns from other threads */

enum {
	SPAWNERS = 4,
	SPAWNS = 3000
};

struct spawner {
	struct cx_exec *ex;
	struct cx_future futures[SPAWNS];
	int count;
	unsigned int wait_ms;
	atomic_int *missing; /* that are to begin together; or NULL */
};

static void *spawn_all(void *data)
{
	struct spawner *s = data;

	doze((uint64_t)s->wait_ms * MS);
	if (s->missing) {
		--*s->missing;
		while (*s->missing > 0)
			sched_yield();
	}
	for (int i = 0; i < s->count; i++) {
		int rc = cx_spawn_remote(s->ex, s->futures[i]);

		CHECK(rc == CX_OK, "cx_spawn_remote gave %d", rc);
	}
	return NULL;
}

/* Takes one off the count of its peer, and wakes it at the end. */
static int step_report(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	if (--p->peer->n == 0)
		cx_waker_wake_by_ref(&p->peer->kept);
	return CX_READY;
}

static int step_all_reported(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->n == 0 ? CX_READY : CX_PENDING;
}

/* A spawn comes just when the loop goes to sleep. */
enum {
	AMBUSHES = 20000
};

struct ambushed {
	struct ambush ambush;
	struct probe main;
	struct probe comers[AMBUSHES + 1];
	struct cx_future futures[AMBUSHES + 1];
};

static void spawn_round(void *data, long round)
{
	struct ambushed *a = data;
	int rc = cx_spawn_remote(a->main.ex, a->futures[round]);

	CHECK(rc == CX_OK, "cx_spawn_remote gave %d", rc);
}

static int step_wake_main(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	cx_waker_wake_by_ref(&p->peer->kept);
	return CX_READY;
}

/* Some poll it more often than it is woken. */
static int step_next_comer(struct probe *p, struct cx_ctx *cx)
{
	struct ambushed *a = p->data;

	(void)cx;
	if (a->ambush.round && a->comers[a->ambush.round].polls == 0)
		return CX_PENDING;
	return ambush_next(&a->ambush) ? CX_PENDING : CX_READY;
}

static void spawn_in_ambush(struct cx_exec *ex)
{
	static struct ambushed a;

	a.ambush = (struct ambush){ .act = spawn_round,
				    .data = &a,
				    .most = AMBUSHES };
	a.main = (struct probe){ .step = step_next_comer,
				 .data = &a,
				 .keeps = true };
	for (int i = 1; i <= AMBUSHES; i++) {
		a.comers[i].step = step_wake_main;
		a.comers[i].peer = &a.main;
		a.futures[i] = probe_future(ex, &a.comers[i]);
	}
	ambush_begin(&a.ambush, 600);
	probe_block_on(ex, &a.main);
	ambush_end(&a.ambush);
	exec_run(ex);
	probe_forget(&a.main);
}

static void e84(void)
{
	static struct spawner s;
	struct cx_exec *ex = exec_new();

	for (int round = 0; round < 3; round++) {
		struct probe all = { .step = step_all_reported,
				     .keeps = true,
				     .n = 1 };
		struct probe one = { .step = step_report, .peer = &all };
		pthread_t thread;

		s = (struct spawner){ .ex = ex, .count = 1, .wait_ms = 60 };
		s.futures[0] = probe_future(ex, &one);
		thread = thread_start(spawn_all, &s);
		probe_block_on(ex, &all);
		thread_join(thread);
		exec_run(ex);
		CHECK(one.polls == 1 && one.drops == 1,
		      "a task from another thread had %d polls and %d drops",
		      one.polls, one.drops);
		probe_forget(&all);
	}
	spawn_in_ambush(ex);
	spawn_meanwhile();
	cx_free(ex);
}

/* Another thread does, during the last poll of this one, and of all. */
static int step_spawn_afar(struct probe *p, struct cx_ctx *cx)
{
	if (step_yield(p, cx) == CX_PENDING)
		return CX_PENDING;
	thread_join(thread_start(spawn_all, p->data));
	return CX_READY;
}

/* One that the run has not met yet is live, wherever in a turn it comes. */
static void spawn_when_all_is_done(struct cx_exec *ex)
{
	static struct spawner s;

	for (int i = 0; i < 140; i++) {
		struct probe last = { .step = step_spawn_afar,
				      .data = &s,
				      .n = i - 1 };
		struct probe p = { .step = step_ready };

		s = (struct spawner){ .ex = ex, .count = 1 };
		s.futures[0] = probe_future(ex, &p);
		if (i == 0)
			thread_join(thread_start(spawn_all, &s));
		else
			probe_spawn(ex, &last);
		exec_run(ex);
		CHECK(p.polls == 1 && p.drops == 1,
		      "cx_run left a task that another thread had spawned");
	}
}

static void e85(void)
{
	static struct spawner s[SPAWNERS];
	static struct probe p[SPAWNERS][SPAWNS];
	struct cx_exec *ex = exec_new();
	struct probe all = { .step = step_all_reported,
			     .keeps = true,
			     .n = SPAWNERS * SPAWNS };
	atomic_int missing = SPAWNERS;
	pthread_t threads[SPAWNERS];

	spawn_when_all_is_done(ex);
	run_out_meanwhile();
	spawn_halfway();
	for (int i = 0; i < SPAWNERS; i++) {
		s[i] = (struct spawner){ .ex = ex,
					 .count = SPAWNS,
					 .missing = &missing };
		for (int j = 0; j < SPAWNS; j++) {
			p[i][j].step = step_report;
			p[i][j].peer = &all;
			s[i].futures[j] = probe_future(ex, &p[i][j]);
		}
		threads[i] = thread_start(spawn_all, &s[i]);
	}
	probe_block_on(ex, &all);
	for (int i = 0; i < SPAWNERS; i++)
		thread_join(threads[i]);
	exec_run(ex);
	for (int i = 0; i < SPAWNERS; i++) {
		for (int j = 0; j < SPAWNS; j++)
			CHECK(p[i][j].polls == 1 && p[i][j].drops == 1,
			      "a task from another thread had %d polls and "
			      "%d drops",
			      p[i][j].polls, p[i][j].drops);
	}
	probe_forget(&all);
	cx_free(ex);
}

/* What its drop spawns is its peer; the result goes to n. */
static void last_spawns(struct probe *p)
{
	p->n = cx_spawn_remote(p->ex, probe_future(p->ex, p->peer));
}

static void e86(void)
{
	static struct spawner s;
	struct cx_exec *ex = exec_new();
	struct probe p[10] = { { 0 } };
	struct probe late = { 0 };
	struct probe spawns = { .last = last_spawns, .peer = &late };

	probe_spawn(ex, &spawns);
	turns(ex, 2);
	s = (struct spawner){ .ex = ex, .count = 10 };
	for (int i = 0; i < 10; i++)
		s.futures[i] = probe_future(ex, &p[i]);
	thread_join(thread_start(spawn_all, &s));
	cx_free(ex);
	for (int i = 0; i < 10; i++)
		CHECK(p[i].drops == 1 && p[i].polls == 0,
		      "a task from another thread that no run met had %d "
		      "drops in cx_free, and %d polls",
		      p[i].drops, p[i].polls);
	CHECK(late.drops == (spawns.n == CX_OK),
	      "cx_spawn_remote inside cx_free gave %ld, and %d drops", spawns.n,
	      late.drops);
}

/* ---- E87 to E89: virtual time */

static void pause_time(struct cx_exec *ex)
{
	int rc = cx_time_pause(ex);

	CHECK(rc == CX_OK, "cx_time_pause gave %d", rc);
}

static struct cx_op *timer_op(struct cx_exec *ex, uint64_t at)
{
	struct cx_op *op = cx_sleep_until(ex, at);

	CHECK(op, "cx_sleep_until gave NULL");
	return op;
}

/* When its op was READY goes to polled_at, in virtual time. */
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

static void e87(void)
{
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
		sleeps[i].op = timer_op(ex, start + hours[i] * HOUR);
		probe_spawn(ex, &sleeps[i]);
	}
	exec_run(ex);
	for (int i = 0; i < 4; i++)
		CHECK(fired[i] == start + hours[i] * HOUR,
		      "a timer of %u hours fired after %u minutes",
		      (unsigned int)hours[i],
		      (unsigned int)((fired[i] - start) / HOUR * 60));
	CHECK(wall_ns() - began < 20000ull * MS, "paused time is waited for");
	cx_free(ex);
}

static void e88(void)
{
	struct cx_exec *ex = exec_new();
	struct counter due = { 0 };
	struct counter later = { 0 };
	struct cx_op *ops[2];
	uint64_t start;

	CHECK(cx_time_advance(ex, 1) == CX_E_INVAL,
	      "time that is not paused was advanced");
	pause_time(ex);
	start = cx_now(ex);
	doze(3 * MS);
	pause_time(ex);
	CHECK(cx_now(ex) == start, "paused time goes on");
	ops[0] = timer_op(ex, start + HOUR);
	ops[1] = timer_op(ex, start + 3 * HOUR);
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
	cx_free(ex);
}

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
	CHECK(rc == CX_OK && p.n > 0, "waiting for %s with time paused gave %d",
	      e.tx ? "a channel" : "a descriptor", rc);
}

static void e89(void)
{
	struct cx_exec *ex = exec_new();
	struct probe pending = { 0 };
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
	}
	if (cx_caps() & CX_CAP_CHANNEL) {
		CHECK(cx_chan(ex, &tx, &rx) == CX_OK, "cx_chan failed");
		outlast(ex, cx_rx_recv(rx), (struct ender){ -1, tx });
		cx_tx_drop(tx);
		cx_rx_drop(rx);
	}
	never.op = timer_op(ex, UINT64_MAX);
	probe_spawn(ex, &never);
	rc = cx_block_on(ex, probe_future(ex, &pending));
	CHECK(rc == CX_E_STALLED, "a run that nothing can end gave %d", rc);
	CHECK(pending.drops == 1, "a run that gave up kept its future");
	rc = cx_run(ex);
	CHECK(rc == CX_E_STALLED, "a run that nothing can end gave %d", rc);
	cx_free(ex);
	CHECK(never.drops == 1, "a task had %d drops", never.drops);
}

enum {
	PAUSES = CX_CAP_VIRTUAL_TIME | CX_CAP_TIMERS
};

const struct statement extra_statements[] = {
	{ "E81", 'G', true, CX_CAP_JOIN, e81 },
	{ "E82", 'K', false, CX_CAP_JOIN, e82 },
	{ "E83", 'L', true, CX_CAP_JOIN, e83 },
	{ "E83b", 'K', true, CX_CAP_JOIN, e83b },
	{ "E84", 'L', true, CX_CAP_REMOTE_SPAWN, e84 },
	{ "E85", 'L', false, CX_CAP_REMOTE_SPAWN, e85 },
	{ "E86", 'L', true, CX_CAP_REMOTE_SPAWN, e86 },
	{ "E87", 'K', false, PAUSES, e87 },
	{ "E88", 'K', false, PAUSES, e88 },
	{ "E89", 'K', false, PAUSES, e89 },
	{ 0 },
};
