/* The futures, wakers, threads and clocks that statements are made of. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "os_linux.h"
#include "suite.h"

_Atomic uint64_t all_polls;

uint64_t tick(void)
{
	static _Atomic uint64_t now;

	return ++now;
}

const char *call_word(int rc)
{
	static const char *const polls[] = { "CX_OK", "CX_PENDING", "CX_PANIC",
					     "CX_CLOSED" };
	static const char *const errors[] = { "CX_E_CLOSED", "CX_E_INVAL",
					      "CX_E_NOTSUP", "CX_E_NESTED",
					      "CX_E_SYS",    "CX_E_STALLED" };
	static char other[32];

	if (rc >= 0 && rc < 4)
		return polls[rc];
	if (rc < 0 && rc >= -6)
		return errors[-1 - rc];
	snprintf(other, sizeof(other), "%d, which is no code", rc);
	return other;
}

/* ---- probes */

static int probe_poll(void *state, struct cx_ctx *cx)
{
	struct probe *p = state;
	int rc = CX_PENDING;

	CHECK(!p->dropping, "a future was polled during its own drop");
	CHECK(p->drops == 0, "a future was polled after it had been dropped");
	CHECK(!p->inside, "a future was polled during its own poll");
	CHECK(pthread_equal(pthread_self(), p->thread),
	      "a future was polled on another thread than the loop's");
	p->inside = true;
	p->polls++;
	all_polls++;
	p->polled_at = tick();
	if (p->keeps && !p->has_kept) {
		p->kept = cx_ctx_waker(cx);
		p->has_kept = true;
	}
	if (p->step)
		rc = p->step(p, cx);
	p->inside = false;
	return rc;
}

static void probe_drop(void *state)
{
	struct probe *p = state;

	CHECK(!p->inside, "a future was dropped during its own poll");
	CHECK(p->drops == 0, "a future was dropped twice");
	CHECK(p->anywhere || pthread_equal(pthread_self(), p->thread),
	      "a future was dropped on another thread than the loop's");
	p->dropping = true;
	p->drops++;
	p->dropped_at = tick();
	if (p->last)
		p->last(p);
	if (p->op)
		cx_op_drop(p->op);
	p->op = NULL;
	p->dropping = false;
}

struct cx_future probe_future(struct cx_exec *ex, struct probe *p)
{
	p->ex = ex;
	p->thread = pthread_self();
	return (struct cx_future){ probe_poll, probe_drop, p };
}

struct cx_exec *exec_new(void)
{
	struct cx_exec *ex = cx_new();

	CHECK(ex, "cx_new gave NULL");
	return ex;
}

void probe_spawn(struct cx_exec *ex, struct probe *p)
{
	int rc = cx_spawn(ex, probe_future(ex, p), &p->id);

	CHECK(rc == CX_OK, "cx_spawn gave %s", call_word(rc));
	CHECK(p->id != 0, "cx_spawn gave the task id 0");
}

void probe_block_on(struct cx_exec *ex, struct probe *p)
{
	int rc = cx_block_on(ex, probe_future(ex, p));

	CHECK(rc == CX_OK, "cx_block_on gave %s", call_word(rc));
	CHECK(p->drops == 1, "cx_block_on returned and its future was %s",
	      p->drops ? "dropped twice" : "not dropped");
}

void probe_forget(struct probe *p)
{
	if (p->has_kept)
		cx_waker_drop(p->kept);
	p->has_kept = false;
}

void exec_run(struct cx_exec *ex)
{
	int rc = cx_run(ex);

	CHECK(rc == CX_OK, "cx_run gave %s", call_word(rc));
}

/* Ready at once; of turns() and of its task, whichever lets go last. */
struct last {
	bool polled;
	int refs;
};

static int last_poll(void *state, struct cx_ctx *cx)
{
	(void)cx;
	((struct last *)state)->polled = true;
	return CX_READY;
}

static void last_drop(void *state)
{
	struct last *last = state;

	if (--last->refs == 0)
		free(last);
}

static bool last_was_polled(void *data)
{
	return ((struct last *)data)->polled;
}

void turns(struct cx_exec *ex, long n)
{
	struct probe p = { .step = step_yield, .n = n };
	struct probe q = { .step = step_yield, .n = n + 130 };
	struct last *last = malloc(sizeof(*last));
	int rc;

	/* a new run begins a turn, and few turns have 130 polls */
	probe_block_on(ex, &p);
	probe_block_on(ex, &q);
	/* it may favour the future of block_on: this one queues with the rest
	 */
	if (!last)
		skip_because("no memory");
	*last = (struct last){ .refs = 2 };
	rc = cx_spawn(ex, (struct cx_future){ last_poll, last_drop, last },
		      NULL);
	CHECK(rc == CX_OK, "cx_spawn gave %s", call_word(rc));
	run_until(ex, last_was_polled, last, "a new task is never polled");
	last_drop(last);
}

/*
 * ---- a pause of a task that has woken itself for long
 *
 * Where such a task comes before all others, what it waits for is not lost
 * but starved, which other statements are about.
 */
static void *end_pause(void *data)
{
	struct cx_waker *w = data;

	doze(MS);
	cx_waker_wake(*w);
	free(w);
	return NULL;
}

int pause_a_while(struct cx_ctx *cx)
{
	struct cx_waker *w = malloc(sizeof(*w));

	if (!w)
		skip_because("no memory");
	*w = cx_ctx_waker(cx);
	pthread_detach(thread_start(end_pause, w));
	return CX_PENDING;
}

struct until {
	bool (*done)(void *data);
	void *data;
	const char *what;
};

static int step_until(struct probe *p, struct cx_ctx *cx)
{
	const struct until *until = p->data;

	if (until->done(until->data))
		return CX_READY;
	CHECK(p->n++ < 200000, "%s", until->what);
	if (p->n % 10000 == 0)
		return pause_a_while(cx);
	cx_ctx_wake(cx);
	return CX_PENDING;
}

void run_until(struct cx_exec *ex, bool (*done)(void *data), void *data,
	       const char *what)
{
	struct until until = { done, data, what };
	struct probe p = { .step = step_until, .data = &until };

	probe_block_on(ex, &p);
}

struct alarm {
	unsigned int ms;
	struct cx_waker w;
	pthread_t thread;
};

static void *ring(void *data)
{
	struct alarm *a = data;

	doze((uint64_t)a->ms * MS);
	cx_waker_wake(a->w);
	return NULL;
}

static int step_alarm(struct probe *p, struct cx_ctx *cx)
{
	struct alarm *a = p->data;

	if (p->polls == 1) {
		a->w = cx_ctx_waker(cx);
		a->thread = thread_start(ring, a);
	}
	return p->polls > 1 && wall_ns() >= (uint64_t)p->n ? CX_READY
							   : CX_PENDING;
}

void run_for(struct cx_exec *ex, unsigned int ms)
{
	struct alarm a = { .ms = ms };
	struct probe p = { .step = step_alarm, .data = &a };

	p.n = (long)(wall_ns() + (uint64_t)ms * MS);
	probe_block_on(ex, &p);
	thread_join(a.thread);
}

/* ---- steps */

int step_ready(struct probe *p, struct cx_ctx *cx)
{
	(void)p;
	(void)cx;
	return CX_READY;
}

int step_yield(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- <= 0)
		return CX_READY;
	cx_ctx_wake(cx);
	return CX_PENDING;
}

int step_await(struct probe *p, struct cx_ctx *cx)
{
	uint64_t value = 0;
	int rc = cx_op_poll(p->op, cx, &value);

	if (rc == CX_PENDING)
		return rc;
	p->n = rc == CX_READY ? (long)value : -100 - rc;
	return CX_READY;
}

int step_second(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls > 1 ? CX_READY : CX_PENDING;
}

/* ---- counting wakers */

static void *counter_clone(void *w)
{
	((struct counter *)w)->clones++;
	return w;
}

static void counter_wake_by_ref(void *w)
{
	struct counter *c = w;

	void (*on_wake)(void *data) = c->on_wake;
	void *data = c->data;

	/* on another thread, C may be gone once it is counted */
	c->wakes++;
	if (on_wake)
		on_wake(data);
}

static void counter_drop(void *w)
{
	((struct counter *)w)->drops++;
}

static void counter_wake(void *w)
{
	counter_wake_by_ref(w);
	counter_drop(w);
}

const struct cx_waker_vt counter_vt = {
	.clone = counter_clone,
	.wake = counter_wake,
	.wake_by_ref = counter_wake_by_ref,
	.drop = counter_drop,
};

int poll_with(struct cx_op *op, struct counter *c)
{
	return cx_op_poll_with(op, &counter_vt, c, NULL);
}

/* ---- threads and clocks */

pthread_t thread_start(void *(*run)(void *), void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, data) != 0)
		skip_because("no thread could be started");
	return thread;
}

void thread_join(pthread_t thread)
{
	pthread_join(thread, NULL);
}

static uint64_t clock_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

uint64_t wall_ns(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

uint64_t cpu_ns(void)
{
	return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

void doze(uint64_t ns)
{
	struct timespec ts = { .tv_sec = (time_t)(ns / 1000000000),
			       .tv_nsec = (long)(ns % 1000000000) };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

void skip_if_busy(void)
{
	if (os_load() > OS_QUIET_LOAD)
		skip_because("machine busy");
}

void need_descriptors(unsigned int count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		skip_because("the limit of descriptors cannot be read");
	if (limit.rlim_cur >= count)
		return;
	if (limit.rlim_max < count)
		skip_because("the system allows too few descriptors");
	limit.rlim_cur = count;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		skip_because("the limit of descriptors cannot be raised");
}
