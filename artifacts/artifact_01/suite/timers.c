/* E44 to E54: timers. */
#include <stdlib.h>

#include "parts.h"
#include "timers.h"

struct cx_op *sleep_op(struct cx_exec *ex, uint64_t deadline)
{
	struct cx_op *op = cx_sleep_until(ex, deadline);

	CHECK(op, "cx_sleep_until gave NULL");
	return op;
}

void sleep_for(struct cx_exec *ex, uint64_t ns)
{
	struct probe p = { .step = step_await };

	p.op = sleep_op(ex, cx_now(ex) + ns);
	probe_block_on(ex, &p);
	CHECK(p.n <= 0, "a timer was READY with %ld, and writes 0", p.n);
	CHECK(p.n == 0, "a timer gave the error %ld", -100 - p.n);
}

/* ---- E44, E45 */

struct nap {
	struct probe probe;
	uint64_t deadline;
	struct nap *all;
	int count;
	uint64_t late; /* ns, when it was READY */
	int *order;
};

static int step_nap(struct probe *p, struct cx_ctx *cx)
{
	struct nap *nap = p->data;
	uint64_t now;

	if (step_await(p, cx) == CX_PENDING)
		return CX_PENDING;
	now = cx_now(p->ex);
	CHECK(now >= nap->deadline, "a timer fired %llu ns early",
	      (unsigned long long)(nap->deadline - now));
	nap->late = now - nap->deadline;
	p->n = nap->order ? ++*nap->order : 0;
	return CX_READY;
}

static void nap_spawn(struct cx_exec *ex, struct nap *nap, uint64_t deadline)
{
	nap->deadline = deadline;
	nap->probe = (struct probe){ .step = step_nap,
				     .data = nap,
				     .op = sleep_op(ex, deadline) };
	probe_spawn(ex, &nap->probe);
}

/* Polled again and again before it is due. */
static int step_impatient(struct probe *p, struct cx_ctx *cx)
{
	const struct nap *nap = p->data;
	int rc = step_await(p, cx);

	CHECK(rc == CX_PENDING || cx_now(p->ex) >= nap->deadline,
	      "a timer that was polled %d times fired early", p->polls);
	if (rc == CX_PENDING && p->polls < 20)
		cx_ctx_wake(cx);
	return rc;
}

static void be_impatient(struct cx_exec *ex)
{
	struct nap nap = { .deadline = cx_now(ex) + 30 * MS };
	struct probe p = { .step = step_impatient,
			   .data = &nap,
			   .op = sleep_op(ex, nap.deadline) };

	probe_spawn(ex, &p);
	exec_run(ex);
}

static void e44(void)
{
	static struct nap naps[200];
	struct cx_exec *ex = exec_new();
	uint64_t base = cx_now(ex);

	for (unsigned int i = 0; i < 200; i++)
		nap_spawn(ex, &naps[i], base + 1000 + i * i * 750);
	exec_run(ex);
	/* and one by one, so that it sleeps for each */
	for (unsigned int i = 0; i < 30; i++) {
		struct nap one = { 0 };

		nap_spawn(ex, &one, cx_now(ex) + 1000 + i * 37700);
		exec_run(ex);
	}
	be_impatient(ex);
	poll_until_due(ex);
	cx_free(ex);
}

/* Were any two that are 5 ms apart READY the wrong way round? */
static bool in_order(struct cx_exec *ex)
{
	static const unsigned int ms[] = { 60, 20, 40, 0, 20, 50 };
	struct nap naps[6] = { 0 };
	uint64_t base = cx_now(ex);
	int order = 0;

	for (int i = 0; i < 6; i++) {
		naps[i].order = &order;
		nap_spawn(ex, &naps[i], base + (uint64_t)ms[i] * MS);
	}
	run_with_timers(ex, 60);
	CHECK(order == 6, "%d of 6 timers fired", order);
	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 6; k++) {
			if (ms[i] < ms[k] && naps[i].probe.n > naps[k].probe.n)
				return false;
		}
	}
	return true;
}

enum {
	NAPS = 120
};

/* Where two are 5 ms apart, did they fire in their order?  Of COUNT. */
static bool fired_in_order(const struct nap *naps, int count)
{
	for (int i = 0; i < count; i++) {
		for (int k = 0; k < count; k++) {
			if (naps[i].deadline < naps[k].deadline &&
			    naps[i].probe.n > naps[k].probe.n)
				return false;
		}
	}
	return true;
}

/*
 * And where twice as many others are dropped, some with the same deadline?
 * One that goes with another that was dropped is never READY.
 */
static bool in_order_among_drops(struct cx_exec *ex)
{
	static struct nap naps[NAPS];
	static struct cx_op *gone[2 * NAPS];
	struct counter c = { 0 };
	uint64_t base = cx_now(ex) + 60 * MS;
	unsigned int seed = 7;
	int order = 0;
	bool late;

	for (int i = 0; i < 3 * NAPS; i++) {
		uint64_t at;

		seed = seed * 1103515245 + 12345;
		at = base + (uint64_t)(seed >> 16) % 16 * 5 * MS;
		if (i % 3 == 1) {
			naps[i / 3] = (struct nap){ .order = &order };
			nap_spawn(ex, &naps[i / 3], at);
			continue;
		}
		gone[i - i / 3 - (i % 3 == 2)] = sleep_op(ex, at);
		poll_with(gone[i - i / 3 - (i % 3 == 2)], &c);
		if (i % 30 == 0)
			turns(ex, 2);
	}
	turns(ex, 2);
	for (int i = 0; i < 2 * NAPS; i++)
		cx_op_drop(gone[i * 77 % (2 * NAPS)]);
	late = cx_now(ex) >= base;
	run_with_timers(ex, 140);
	return late || fired_in_order(naps, NAPS);
}

/* One that was due is dropped when another may have its place already. */
static void drop_what_was_due(struct cx_exec *ex)
{
	struct counter due = { 0 };
	struct counter next[8] = { { 0 } };
	struct cx_op *op = sleep_op(ex, cx_now(ex) + 2 * MS);
	struct cx_op *ops[8];

	poll_with(op, &due);
	sleep_for(ex, 6 * MS);
	for (int i = 0; i < 8; i++) {
		ops[i] = sleep_op(ex, cx_now(ex) + 20 * MS);
		poll_with(ops[i], &next[i]);
	}
	cx_op_drop(op);
	sleep_for(ex, 40 * MS);
	for (int i = 0; i < 8; i++) {
		/* without a clone it was due when it was polled */
		CHECK(next[i].wakes > 0 || next[i].clones == 0,
		      "a timer that was due took another with it, when it was "
		      "dropped");
		cx_op_drop(ops[i]);
	}
}

static void e45(void)
{
	static struct nap same[1000];
	struct cx_exec *ex = exec_new();
	uint64_t deadline;
	int fired = 0;
	int tries = 0;

	/* if we lose the processor for long, two may be due at once */
	while (!in_order(ex))
		CHECK(++tries < 4, "timers fire out of order");
	tries = 0;
	while (!in_order_among_drops(ex))
		CHECK(++tries < 4, "timers fire out of order, where others "
				   "were dropped");
	drop_what_was_due(ex);
	drop_among_timers(ex);
	deadline = cx_now(ex) + 10 * MS;
	for (int i = 0; i < 1000; i++) {
		same[i].order = &fired;
		nap_spawn(ex, &same[i], deadline);
	}
	run_with_timers(ex, 10);
	CHECK(fired == 1000, "%d of 1000 equal deadlines fired", fired);
	cx_free(ex);
}

/* ---- E49, E51: dropping and adding */

static int step_make_and_drop(struct probe *p, struct cx_ctx *cx)
{
	for (int i = 0; i < 1000; i++) {
		uint64_t at = HOUR + (uint64_t)(p->n * 1000 + i) * MS;
		struct cx_op *op = sleep_op(p->ex, cx_now(p->ex) + at);

		CHECK(cx_op_poll(op, cx, NULL) == CX_PENDING,
		      "a timer of an hour is not pending");
		cx_op_drop(op);
	}
	return step_yield(p, cx);
}

static void e49(void)
{
	struct cx_exec *ex = exec_new();
	struct probe warm = { .step = step_make_and_drop, .n = 10 };
	struct probe p = { .step = step_make_and_drop, .n = 100 };
	struct counter c = { 0 };
	struct cx_op *op = sleep_op(ex, cx_now(ex) + 5 * MS);
	int64_t bytes;

	CHECK(poll_with(op, &c) == CX_PENDING, "not pending");
	cx_op_drop(op);
	sleep_for(ex, 15 * MS);
	CHECK(c.wakes == 0, "a timer that was dropped woke its task");
	probe_block_on(ex, &warm);
	/* one that stays is due before all of them */
	op = sleep_op(ex, cx_now(ex) + HOUR / 2);
	wait_with(op, &c);
	bytes = counts_now().bytes;
	probe_block_on(ex, &p);
	bytes = counts_now().bytes - bytes;
	cx_op_drop(op);
	CHECK(bytes < 1 << 20,
	      "100000 timers of an hour, dropped, left %ld KiB behind",
	      (long)(bytes >> 10));
	one_after_dropped(ex);
	cx_free(ex);
}

static int step_add_sooner(struct probe *p, struct cx_ctx *cx)
{
	if (!p->op)
		p->op = sleep_op(p->ex, cx_now(p->ex) + 10 * MS);
	return step_await(p, cx);
}

static void *wake_later(void *data)
{
	struct probe *p = data;

	doze(20 * MS);
	cx_waker_wake_by_ref(&p->kept);
	return NULL;
}

/* Woken from afar while the loop sleeps for an hour. */
static int step_add_later(struct probe *p, struct cx_ctx *cx)
{
	if (p->polls == 1)
		*(pthread_t *)p->data = thread_start(wake_later, p);
	return p->polls > 1 ? step_add_sooner(p, cx) : CX_PENDING;
}

static void last_wakes_peer(struct probe *p)
{
	cx_waker_wake_by_ref(&p->peer->kept);
}

/* Some poll the future of a block_on more often than it is woken. */
static int step_until_dropped(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->peer->drops ? CX_READY : CX_PENDING;
}

static void e51(void)
{
	struct cx_exec *ex = exec_new();
	pthread_t thread[2];
	struct probe far = { .step = step_await };
	struct probe first = { .step = step_add_sooner };
	struct probe main = { .step = step_add_later,
			      .data = &thread[0],
			      .keeps = true };
	struct probe woken = { .step = step_add_later,
			       .last = last_wakes_peer,
			       .data = &thread[1],
			       .keeps = true };
	struct probe waits = { .step = step_until_dropped,
			       .peer = &woken,
			       .keeps = true };

	far.op = sleep_op(ex, cx_now(ex) + HOUR);
	probe_spawn(ex, &far);
	/* no time limit: one that sleeps for the hour is found asleep */
	probe_block_on(ex, &first);
	probe_block_on(ex, &main);
	woken.peer = &waits;
	probe_spawn(ex, &woken);
	probe_block_on(ex, &waits);
	thread_join(thread[0]);
	thread_join(thread[1]);
	probe_forget(&main);
	probe_forget(&woken);
	probe_forget(&waits);
	cx_free(ex);
}

/* ---- E52 to E54: the price */

static void e52(void)
{
	struct cx_exec *ex = exec_new();
	uint64_t waits;
	uint64_t beside;

	sleep_for(ex, MS);
	waits = counts_now().waits;
	for (unsigned int i = 0; i < 40; i++)
		sleep_for(ex, 300000 + i * 70001);
	waits = counts_now().waits - waits;
	if (!counts_waits())
		skip_because("its waits do not go through the C library");
	/* to look a few times before each is no spinning: that makes 50000 */
	CHECK(waits <= 40 * 30, "40 sleeps made %u wait calls",
	      (unsigned int)waits);
	if (cx_caps() & CX_CAP_IO) {
		beside = counts_now().waits;
		sleep_beside_data(ex, 40);
		beside = counts_now().waits - beside;
		CHECK(beside <= 3 * waits + 40 * 10,
		      "40 sleeps made %u wait calls, and %u after data",
		      (unsigned int)waits, (unsigned int)beside);
	}
	cx_free(ex);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void e53(void)
{
	struct cx_exec *ex = exec_new();
	uint64_t late[100];

	skip_if_busy();
	for (int i = 0; i < 100; i++) {
		struct nap nap = { 0 };

		nap_spawn(ex, &nap, cx_now(ex) + 5 * MS);
		exec_run(ex);
		late[i] = nap.late;
	}
	skip_if_busy();
	qsort(late, 100, sizeof(late[0]), by_size);
	CHECK(late[50] <= 1300000, "timers are %u us late, in the middle",
	      (unsigned int)(late[50] / 1000));
	cx_free(ex);
}

/* Fails once COUNT timers have cost more than MOST ns each. */
static void check_cost(uint64_t cpu, int count, uint64_t most)
{
	if (cpu / (uint64_t)count < most)
		return;
	/* another program in the caches weighs on the many alone */
	skip_if_busy();
	FAIL("a timer costs more than %u ns among %d, eight times what it "
	     "costs "
	     "among 10000",
	     (unsigned int)most, count);
}

/* CPU of starting and dropping one of COUNT timers, in ns. */
static uint64_t cost_of(struct cx_exec *ex, int count, uint64_t most)
{
	struct cx_op **ops = calloc((size_t)count, sizeof(struct cx_op *));
	struct counter c = { 0 };
	uint64_t best = UINT64_MAX;

	if (!ops)
		skip_because("no memory");
	for (int round = 0; round < 3; round++) {
		uint64_t cpu = cpu_ns();
		unsigned int seed = 1;

		for (int i = 0; i < count; i++) {
			seed = seed * 1103515245 + 12345;
			ops[i] = sleep_op(ex, cx_now(ex) + HOUR + seed);
			poll_with(ops[i], &c);
			if (i % 256 == 0)
				check_cost(cpu_ns() - cpu, count, 2 * most);
		}
		for (int i = 0; i < count; i++) {
			cx_op_drop(ops[i]);
			if (i % 256 == 0)
				check_cost(cpu_ns() - cpu, count, 2 * most);
		}
		cpu = (cpu_ns() - cpu) / (uint64_t)count;
		best = cpu < best ? cpu : best;
		turns(ex, 2);
	}
	free(ops);
	return best + 1;
}

static void e54(void)
{
	static const int counts[] = { 30000, 100000, 300000 };
	struct cx_exec *ex = exec_new();
	uint64_t few = cost_of(ex, 10000, UINT64_MAX / 2);

	/* step by step: where it grows with their number, all take hours */
	for (int i = 0; i < 3; i++)
		check_cost(cost_of(ex, counts[i], 8 * few) *
				   (uint64_t)counts[i],
			   counts[i], 8 * few);
	fire_many(ex);
	cx_free(ex);
}

#define TIMERS CX_CAP_TIMERS

const struct statement timer_statements[] = {
	{ "E44", 'L', false, TIMERS, e44 },
	{ "E45", 'L', false, TIMERS, e45 },
	{ "E46", 'L', false, TIMERS, sleep_until_past },
	{ "E46b", 'K', false, TIMERS, sleep_until_now },
	{ "E47", 'L', true, TIMERS, sleep_for_ages },
	{ "E48", 'L', true, TIMERS, sleep_never_then_soon },
	{ "E49", 'G', false, TIMERS, e49 },
	{ "E50", 'G', true, TIMERS, wakes_that_drop },
	{ "E51", 'L', true, TIMERS, e51 },
	{ "E52", 'G', false, TIMERS, e52 },
	{ "E53", 'K', false, TIMERS, e53 },
	{ "E54", 'K', false, TIMERS, e54 },
	{ "E55", 'L', true, TIMERS, last_wakers },
	{ 0 },
};
