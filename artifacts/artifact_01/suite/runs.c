/* E31 to E35: what a run does, and when it ends. */
#include <stdlib.h>

#include "ends.h"
#include "io.h"
#include "parts.h"

enum {
	CHAIN = 100000
};

struct chain {
	struct probe *links;
	long made;
	long polled;
};

static void chain_next(struct cx_exec *ex, struct chain *c);

static int step_link(struct probe *p, struct cx_ctx *cx)
{
	struct chain *c = p->data;

	(void)cx;
	c->polled++;
	if (p->n % 2)
		chain_next(p->ex, c);
	return CX_READY;
}

static void last_link(struct probe *p)
{
	if (p->n % 2 == 0)
		chain_next(p->ex, p->data);
}

static void chain_next(struct cx_exec *ex, struct chain *c)
{
	struct probe *p = &c->links[c->made];

	if (c->made == CHAIN)
		return;
	*p = (struct probe){
		.step = step_link, .last = last_link, .data = c, .n = c->made++
	};
	probe_spawn(ex, p);
}

static void e31(void)
{
	struct chain c = { .links = calloc(CHAIN, sizeof(*c.links)) };
	struct cx_exec *ex = exec_new();

	if (!c.links)
		skip_because("no memory");
	chain_next(ex, &c);
	exec_run(ex);
	CHECK(c.polled == CHAIN, "%ld of %d spawned tasks were polled",
	      c.polled, CHAIN);
	cx_free(ex);
	free(c.links);
}

/* Its peer comes behind it in each round. */
static int step_before_peer(struct probe *p, struct cx_ctx *cx)
{
	if (p->polls == 1)
		probe_spawn(p->ex, p->peer);
	return step_yield(p, cx);
}

static int step_until_told(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->n ? CX_READY : CX_PENDING;
}

static void e32(void)
{
	struct cx_exec *ex = exec_new();
	struct probe pending = { .step = step_until_told, .keeps = true };
	/* many more than any batch, for each poll of the other */
	struct probe busy = { .step = step_yield, .n = 30000 };
	struct probe behind = busy;
	struct probe main = { .step = step_before_peer,
			      .n = 10,
			      .peer = &behind };

	probe_spawn(ex, &pending);
	probe_spawn(ex, &busy);
	probe_block_on(ex, &main);
	CHECK(busy.drops == 0, "block_on waited for another task");
	CHECK(pending.polls > 0,
	      "another task was not polled once while block_on ran");
	pending.n = 1;
	cx_waker_wake_by_ref(&pending.kept);
	exec_run(ex);
	CHECK(busy.drops == 1 && behind.drops == 1 && pending.drops == 1,
	      "tasks that block_on left behind did not go on");
	probe_forget(&pending);
	cx_free(ex);
}

static void *wake_in_a_while(void *data)
{
	struct probe *p = data;

	doze(20 * MS);
	cx_waker_wake_by_ref(&p->kept);
	return NULL;
}

static void e33(void)
{
	struct cx_exec *ex = exec_new();
	struct probe idle = { .step = step_second, .keeps = true };
	pthread_t thread;
	struct probe a = { .step = step_yield, .n = 10 };
	struct probe b = { .step = step_yield, .n = 500 };

	exec_run(ex);
	exec_run(ex);
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	exec_run(ex);
	CHECK(a.drops == 1 && b.drops == 1, "cx_run left a task that is live");
	exec_run(ex);
	probe_spawn(ex, &idle);
	turns(ex, 2);
	thread = thread_start(wake_in_a_while, &idle);
	exec_run(ex);
	CHECK(idle.drops == 1, "cx_run left a task that waits");
	thread_join(thread);
	probe_forget(&idle);
	cx_free(ex);
}

/* It looks at the reactor, without waiting: soon the data is seen. */
static void stalled_beside_data(struct cx_exec *ex)
{
	struct probe p = { .step = step_await };
	int fds[2];

	pair_open(fds);
	p.op = ready_op(ex, fds[0], CX_READABLE);
	probe_spawn(ex, &p);
	cx_run_until_stalled(ex, NULL);
	put_bytes(fds[1], 1);
	for (int i = 0; i < 200 && !p.drops; i++) {
		cx_run_until_stalled(ex, NULL);
		doze(i < 3 ? 0 : MS);
	}
	CHECK(p.drops == 1, "it never looks at the reactor");
	pair_close(fds);
}

static void e34(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[3] = { { .step = step_yield, .n = 500 },
			      { .step = step_yield, .n = 3 },
			      { .step = step_yield, .n = 2 } };
	struct probe pending = { 0 };
	struct probe far = { .step = step_await };
	uint64_t before = all_polls;
	uint64_t polls = 0;
	int rc;

	for (int i = 0; i < 3; i++)
		probe_spawn(ex, &p[i]);
	probe_spawn(ex, &pending);
	if (cx_caps() & CX_CAP_TIMERS) {
		far.op = cx_sleep_until(ex, cx_now(ex) + 3600ull * 1000 * MS);
		CHECK(far.op, "cx_sleep_until gave NULL");
		probe_spawn(ex, &far);
	}
	rc = cx_run_until_stalled(ex, &polls);
	CHECK(rc == CX_OK, "cx_run_until_stalled gave %s", call_word(rc));
	for (int i = 0; i < 3; i++)
		CHECK(p[i].drops == 1, "it left a task that could run");
	CHECK(polls == all_polls - before,
	      "it says %llu polls, and there were %llu",
	      (unsigned long long)polls,
	      (unsigned long long)(all_polls - before));
	rc = cx_run_until_stalled(ex, NULL);
	CHECK(rc == CX_OK, "cx_run_until_stalled gave %s", call_word(rc));
	if (cx_caps() & CX_CAP_IO)
		stalled_beside_data(ex);
	count_no_dead(ex);
	count_many(ex);
	cx_free(ex);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void e35(void)
{
	enum {
		COUNT = 66000, /* more than 16 bits */
		MORE = 2000
	};
	static uint64_t ids[COUNT + MORE];
	struct cx_exec *ex = exec_new();
	int count = COUNT;

	for (int i = 0; i < COUNT; i++) {
		struct probe p = { .step = step_ready };

		probe_spawn(ex, &p);
		exec_run(ex);
		ids[i] = p.id;
	}
	if (cx_caps() & CX_CAP_CANCEL) {
		ids_of_cancelled(ex, ids + COUNT, MORE);
		count += MORE;
	}
	qsort(ids, (size_t)count, sizeof(ids[0]), by_value);
	for (int i = 1; i < count; i++)
		CHECK(ids[i] != ids[i - 1], "a task id was used twice");
	cx_free(ex);
}

const struct statement run_statements[] = {
	{ "E31", 'L', false, 0, e31 },
	{ "E32", 'G', true, 0, e32 },
	{ "E33", 'G', true, 0, e33 },
	{ "E34", 'K', true, CX_CAP_STALLED, e34 },
	{ "E35", 'K', false, 0, e35 },
	{ 0 },
};
