/* E36 to E39: fairness to one among busy others.  All bounds are polls. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "os_linux.h"
#include "suite.h"

enum {
	SPINNERS = 8,
	MOST_SPINNERS = 150,
	SOON = 2000 /* polls; generous: mature executors need 61 to 128 */
};

/* What the spinners spin for. */
struct crowd {
	struct probe spinner[MOST_SPINNERS];
	int count;	/* of spinners, if not SPINNERS */
	uint64_t from;	/* all_polls when it may happen */
	uint64_t since; /* all_polls when it was to happen; 0: not yet */
	uint64_t since_ns;
	uint64_t within;
	bool over;
	const char *what;
	bool (*happens)(struct crowd *c);	/* asked until it says yes */
	struct cx_op *(*busy)(struct crowd *c); /* what step_busy waits for */
	int busy_fd;
	struct probe *awaited;
	struct cx_future comer;
	struct cx_exec *ex;
	uint64_t deadline;
	int fd;
	_Atomic bool called;
};

/*
 * Has it waited for too many polls?  A library whose reactor is a thread of
 * its own has to wait for the system to run that, however many the polls.
 */
static bool is_late(const struct crowd *c)
{
	if (!c->since || all_polls - c->since <= c->within)
		return false;
	return os_usage(getpid()).threads < 2 ||
	       wall_ns() - c->since_ns > 1000ull * MS;
}

static int step_spin(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;

	if (c->over)
		return CX_READY;
	if (!c->since && c->happens(c)) {
		c->since = all_polls;
		c->since_ns = wall_ns();
	}
	if (c->since && all_polls % 512 == 0)
		CHECK(!is_late(c), "%s waits for %d polls of others", c->what,
		      SOON);
	cx_ctx_wake(cx);
	return CX_PENDING;
}

static void crowd_spawn(struct cx_exec *ex, struct crowd *c)
{
	c->ex = ex;
	c->within = SOON;
	for (int i = 0; i < (c->count ? c->count : SPINNERS); i++) {
		c->spinner[i] = (struct probe){ .step = step_spin, .data = c };
		probe_spawn(ex, &c->spinner[i]);
	}
}

/* ---- E36 */

static int step_even(struct probe *p, struct cx_ctx *cx)
{
	const struct probe *all = p->data;
	int least = p->polls;

	for (int i = 0; i < SPINNERS; i++)
		least = all[i].polls < least ? all[i].polls : least;
	/* a poll for nothing, now and then, or a few turns in a row */
	CHECK(p->polls - least <= 8 + p->polls / 8,
	      "of %d tasks that wake themselves one had %d polls, one %d",
	      SPINNERS, p->polls, least);
	return step_yield(p, cx);
}

static void e36(void)
{
	struct probe all[SPINNERS] = { { 0 } };
	struct cx_exec *ex = exec_new();

	for (int i = 0; i < SPINNERS; i++) {
		all[i] = (struct probe){ .step = step_even,
					 .data = all,
					 .n = 3000 };
		probe_spawn(ex, &all[i]);
	}
	exec_run(ex);
	cx_free(ex);
}

/* ---- E37 to E39 */

static int step_await_end(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_await(p, cx);

	if (rc == CX_READY)
		((struct crowd *)p->data)->over = true;
	return rc;
}

/* What is ready again and again: a descriptor with data, or a timer. */
static struct cx_op *busy_fd(struct crowd *c)
{
	return cx_fd_ready(c->ex, c->busy_fd, CX_READABLE);
}

static struct cx_op *busy_timer(struct crowd *c)
{
	return cx_sleep_until(c->ex, cx_now(c->ex) + 1000);
}

static int step_busy(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;

	if (!p->op)
		p->op = c->busy(c);
	CHECK(p->op, "an operation is NULL");
	if (cx_op_poll(p->op, cx, NULL) != CX_PENDING) {
		cx_op_drop(p->op);
		p->op = NULL;
		cx_ctx_wake(cx);
	}
	if (!c->over)
		return CX_PENDING;
	if (p->op)
		cx_op_drop(p->op);
	p->op = NULL;
	return CX_READY;
}

/* Beside the spinners, one that is busy so. */
static void busy_spawn(struct crowd *c, struct probe *p,
		       struct cx_op *(*busy)(struct crowd *c))
{
	c->busy = busy;
	*p = (struct probe){ .step = step_busy, .data = c };
	probe_spawn(c->ex, p);
}

static bool writes(struct crowd *c)
{
	return all_polls >= c->from && eventfd_write(c->fd, 1) == 0;
}

static void await_write(int spinners, struct cx_op *(*kind)(struct crowd *c),
			uint64_t after)
{
	struct crowd c = { .happens = writes,
			   .count = spinners,
			   .from = all_polls + after,
			   .what = "a ready descriptor" };
	struct probe reader = { .step = step_await_end, .data = &c };
	struct probe busy[4];
	struct cx_exec *ex = exec_new();

	c.fd = eventfd(0, EFD_NONBLOCK);
	reader.op = cx_fd_ready(ex, c.fd, CX_READABLE);
	CHECK(reader.op, "cx_fd_ready gave NULL");
	probe_spawn(ex, &reader);
	crowd_spawn(ex, &c);
	c.busy_fd = eventfd(1, EFD_NONBLOCK);
	for (int i = 0; kind && i < (kind == busy_fd ? 1 : 4); i++)
		busy_spawn(&c, &busy[i], kind);
	exec_run(ex);
	cx_free(ex);
	close(c.fd);
	close(c.busy_fd);
}

static void e37(void)
{
	await_write(SPINNERS, NULL, 8000);
	/* few turns may be many polls: not just before it looks */
	for (uint64_t after = 8000; after < 17000; after += 3000)
		await_write(MOST_SPINNERS, NULL, after);
	await_write(SPINNERS, busy_fd, 8000);
	if (cx_caps() & CX_CAP_TIMERS)
		await_write(SPINNERS, busy_timer, 8000);
}

static bool passes(struct crowd *c)
{
	/* a timer may be up to 2 ms coarse */
	return cx_now(c->ex) >= c->deadline + 2 * MS;
}

static void await_deadline(bool descriptors)
{
	struct crowd c = { .happens = passes, .what = "a timer that is due" };
	struct probe sleeper = { .step = step_await_end, .data = &c };
	struct probe busy;
	struct cx_exec *ex = exec_new();

	c.deadline = cx_now(ex) + 5 * MS;
	sleeper.op = cx_sleep_until(ex, c.deadline);
	CHECK(sleeper.op, "cx_sleep_until gave NULL");
	probe_spawn(ex, &sleeper);
	crowd_spawn(ex, &c);
	c.busy_fd = descriptors ? eventfd(1, EFD_NONBLOCK) : -1;
	if (descriptors)
		busy_spawn(&c, &busy, busy_fd);
	exec_run(ex);
	cx_free(ex);
	if (descriptors)
		close(c.busy_fd);
}

static int step_again(struct cx_ctx *cx)
{
	cx_ctx_wake(cx);
	return CX_PENDING;
}

/* Each task has another thread's way of spawning the next, for ever. */
static int step_succeed(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;
	int rc;

	if (c->over)
		return CX_READY;
	if (!c->since && c->happens(c))
		c->since = all_polls;
	if (p->peer->polls && !p->peer->drops)
		return step_again(cx); /* it is READY, and dropped later */
	if (c->since && all_polls % 512 == 0)
		CHECK(all_polls - c->since < 100000,
		      "%s waits for %d tasks, each spawned by the one before",
		      c->what, 100000);
	p->peer->drops = p->peer->polls = 0;
	rc = cx_spawn_remote(p->ex, probe_future(p->ex, p->peer));
	CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
	return CX_READY;
}

static void await_deadline_in_line(void)
{
	struct crowd c = { .happens = passes, .what = "a timer that is due" };
	struct probe sleeper = { .step = step_await_end, .data = &c };
	struct probe line[2];
	struct cx_exec *ex = exec_new();

	c.ex = ex;
	c.deadline = cx_now(ex) + 5 * MS;
	sleeper.op = cx_sleep_until(ex, c.deadline);
	CHECK(sleeper.op, "cx_sleep_until gave NULL");
	probe_spawn(ex, &sleeper);
	for (int i = 0; i < 2; i++)
		line[i] = (struct probe){ .step = step_succeed,
					  .data = &c,
					  .peer = &line[!i] };
	probe_spawn(ex, &line[0]);
	exec_run(ex);
	cx_free(ex);
}

static void e38(void)
{
	if (cx_caps() & CX_CAP_REMOTE_SPAWN)
		await_deadline_in_line();

	await_deadline(false);
	if (cx_caps() & CX_CAP_IO)
		await_deadline(true);
}

static int step_called(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;

	(void)cx;
	c->over = p->polls > 1;
	return c->over ? CX_READY : CX_PENDING;
}

static void *call(void *data)
{
	struct crowd *c = data;

	doze(5 * MS);
	cx_waker_wake_by_ref(&c->awaited->kept);
	c->called = true;
	return NULL;
}

static bool was_called(struct crowd *c)
{
	return c->called;
}

static bool starts(struct crowd *c)
{
	(void)c;
	return true;
}

static void *spawn_afar(void *data)
{
	struct crowd *c = data;
	int rc;

	doze(5 * MS);
	rc = cx_spawn_remote(c->ex, c->comer);
	CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
	c->called = true;
	return NULL;
}

static int step_arrived(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	((struct crowd *)p->data)->over = true;
	return CX_READY;
}

static void await_spawn(void)
{
	struct crowd c = { .happens = was_called,
			   .what = "a task that another thread spawned" };
	struct probe comer = { .step = step_arrived, .data = &c };
	struct cx_exec *ex = exec_new();
	pthread_t thread;

	c.comer = probe_future(ex, &comer);
	crowd_spawn(ex, &c);
	thread = thread_start(spawn_afar, &c);
	exec_run(ex);
	thread_join(thread);
	cx_free(ex);
}

static void e39(void)
{
	struct crowd c = { .happens = was_called,
			   .what = "a task that another thread woke" };
	struct crowd d = { .happens = starts, .what = "the block_on future" };
	struct probe callee = { .step = step_called,
				.data = &c,
				.keeps = true };
	struct probe main = { .step = step_yield, .n = 3 };
	struct cx_exec *ex = exec_new();
	pthread_t thread;

	c.awaited = &callee;
	probe_spawn(ex, &callee);
	turns(ex, 2);
	crowd_spawn(ex, &c);
	thread = thread_start(call, &c);
	exec_run(ex);
	thread_join(thread);
	probe_forget(&callee);
	crowd_spawn(ex, &d);
	d.within *= 4; /* polls */
	probe_block_on(ex, &main);
	d.over = true;
	exec_run(ex);
	cx_free(ex);
	if (cx_caps() & CX_CAP_REMOTE_SPAWN)
		await_spawn();
}

const struct statement fair_statements[] = {
	{ "E36", 'G', false, 0, e36 },
	{ "E37", 'G', false, CX_CAP_IO, e37 },
	{ "E38", 'G', false, CX_CAP_TIMERS, e38 },
	{ "E39", 'G', false, 0, e39 },
	{ 0 },
};
