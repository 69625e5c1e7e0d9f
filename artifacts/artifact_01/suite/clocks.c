/* E90, E91: the clocks as the library sees them. */
#include "clocks.h"

#include "timers.h"

/* ---- E90: steps of the wall clock */

static const int64_t AN_HOUR = 3600ll * 1000 * MS;

/* A task that sleeps, and checks that it is not told too early. */
struct sleeper {
	struct probe probe;
	uint64_t deadline;
};

static int step_sleeper(struct probe *p, struct cx_ctx *cx)
{
	const struct sleeper *s = p->data;
	uint64_t now;

	if (step_await(p, cx) == CX_PENDING)
		return CX_PENDING;
	CHECK(p->n == 0, "a timer gave the error %ld", -100 - p->n);
	now = cx_now(p->ex);
	CHECK(now >= s->deadline,
	      "the wall clock was set, and a timer fired %llu ms early",
	      (unsigned long long)((s->deadline - now) / MS));
	return CX_READY;
}

static void sleeper_spawn(struct cx_exec *ex, struct sleeper *s, uint64_t ns)
{
	s->deadline = cx_now(ex) + ns;
	s->probe = (struct probe){ .step = step_sleeper,
				   .data = s,
				   .op = sleep_op(ex, s->deadline) };
	probe_spawn(ex, &s->probe);
}

static void need_clocks(struct cx_exec *ex)
{
	uint64_t asked = clocks_asked();

	sleep_for(ex, MS);
	if (clocks_asked() == asked)
		skip_because("it asks no clock through the C library");
}

/* Set the wall clock; what cx_now tells must go on as if nothing was. */
static void set_wall(struct cx_exec *ex, int64_t ns)
{
	const uint64_t most = HOUR / 2;
	uint64_t before = cx_now(ex);
	uint64_t after;

	clocks_set_wall(ns);
	turns(ex, 2); /* it may have read its clock a turn ago */
	after = cx_now(ex);
	CHECK(after >= before, "cx_now went back with the wall clock");
	CHECK(after - before < most, "cx_now went ahead with the wall clock");
}

struct setter {
	int64_t ns;
	pthread_t thread;
};

static void *set_later(void *data)
{
	doze(15 * MS);
	clocks_set_wall(((const struct setter *)data)->ns);
	return NULL;
}

/*
 * One that sleeps when the clock is set to NS, one that was made before and
 * one that is made after.  Who sleeps for the hour is found asleep.
 */
static void sleep_and_set(struct cx_exec *ex, int64_t ns)
{
	struct setter setter = { .ns = ns };
	struct sleeper before = { .deadline = 0 };
	struct sleeper after = { .deadline = 0 };

	sleeper_spawn(ex, &before, 40 * MS);
	setter.thread = thread_start(set_later, &setter);
	exec_run(ex);
	thread_join(setter.thread);
	sleeper_spawn(ex, &after, 5 * MS);
	exec_run(ex);
}

/* The same, and nobody sleeps at that moment. */
static void set_between(struct cx_exec *ex, int64_t ns)
{
	struct sleeper sleeper[3] = { { .deadline = 0 } };

	sleeper_spawn(ex, &sleeper[0], 20 * MS);
	turns(ex, 2);
	sleeper_spawn(ex, &sleeper[1], 30 * MS);
	set_wall(ex, ns);
	sleeper_spawn(ex, &sleeper[2], 10 * MS);
	exec_run(ex);
}

static void e90(void)
{
	static const int64_t steps[] = { 1, 0, -1, 1, -1, 0 };
	struct cx_exec *ex = exec_new();
	struct sleeper far = { .deadline = 0 };
	struct probe main = { .step = step_await };

	need_clocks(ex);
	for (int i = 0; i < 6; i++) {
		set_between(ex, steps[i] * AN_HOUR);
		sleep_and_set(ex, steps[5 - i] * AN_HOUR);
	}
	/* none but the near one is due */
	clocks_set_wall(0);
	sleeper_spawn(ex, &far, HOUR / 6);
	turns(ex, 2);
	set_wall(ex, AN_HOUR);
	main.op = sleep_op(ex, cx_now(ex) + 20 * MS);
	probe_block_on(ex, &main);
	clocks_set_wall(0);
	CHECK(far.probe.drops == 0, "a timer of ten minutes has fired");
	cx_free(ex);
}

const struct statement clock_statements[] = {
	{ "E90", 'L', false, CX_CAP_TIMERS, e90 },
	{ "E91", 'L', false, CX_CAP_TIMERS, fast_motion },
	{ 0 },
};
