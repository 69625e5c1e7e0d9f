/* E44, E45, E49: many timers, and what a look at the clock must not miss. */
#include <stdio.h>

#include "parts.h"
#include "timers.h"

/* ---- a timer that never fires is told, and not found asleep */

void run_with_timers(struct cx_exec *ex, unsigned int ms)
{
	struct vigil v = { .ms = ms };

	snprintf(v.what, sizeof(v.what),
		 "a timer of at most %u ms has not fired after 2 s: the loop "
		 "sleeps on",
		 ms);
	vigil_begin(&v);
	exec_run(ex);
	vigil_end(&v);
}

/* ---- E44 */

/* It is polled all the time until it is due: never READY before. */
static void stare(struct probe *p, struct cx_ctx *cx)
{
	uint64_t deadline = cx_now(p->ex) + 20000;
	uint64_t until = wall_ns() + 120000;
	struct cx_op *op = sleep_op(p->ex, deadline);

	while (wall_ns() < until) {
		int rc = cx_op_poll(op, cx, NULL);
		uint64_t now = cx_now(p->ex);

		if (rc == CX_PENDING)
			continue;
		CHECK(now >= deadline,
		      "a timer that was polled all the time was READY %llu ns "
		      "before its deadline",
		      (unsigned long long)(deadline - now));
		break;
	}
	cx_op_drop(op);
}

static int step_stare(struct probe *p, struct cx_ctx *cx)
{
	stare(p, cx);
	return step_yield(p, cx);
}

void poll_until_due(struct cx_exec *ex)
{
	struct probe p = { .step = step_stare, .n = 200 };

	probe_block_on(ex, &p);
}

/* ---- E45 */

enum {
	NAPS = 24,
	ROUNDS = 80,
	LONGEST_MS = 6
};

struct crowd {
	struct probe naps[NAPS];
	uint64_t due[NAPS];
	struct cx_op *gone[NAPS];
	unsigned int seed;
};

static unsigned int draw(struct crowd *c, unsigned int below)
{
	c->seed = c->seed * 1103515245 + 12345;
	return (c->seed >> 16) % below;
}

static void drop_some(struct crowd *c, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int at = draw(c, NAPS);

		cx_op_drop(c->gone[at]);
		c->gone[at] = NULL;
	}
}

/* Drops others when it has fired: some of them are due as well. */
static int step_fire(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;

	if (step_await(p, cx) == CX_PENDING)
		return CX_PENDING;
	CHECK(p->n == 0, "a timer gave the error %ld", -100 - p->n);
	CHECK(cx_now(p->ex) >= c->due[p - c->naps],
	      "among timers of which others are dropped, one fired early");
	drop_some(c, draw(c, 3));
	return CX_READY;
}

static void come_and_go(struct cx_exec *ex, struct crowd *crowd)
{
	static struct counter c;
	uint64_t base = cx_now(ex) + MS / 2;

	for (int i = 0; i < NAPS; i++) {
		struct probe *p = &crowd->naps[i];

		crowd->due[i] = base + draw(crowd, 1000) * (LONGEST_MS * 1000);
		*p = (struct probe){ .step = step_fire,
				     .data = crowd,
				     .op = sleep_op(ex, crowd->due[i]) };
		probe_spawn(ex, p);
		crowd->gone[i] = sleep_op(
			ex, base + draw(crowd, 1000) * LONGEST_MS * 1000);
		poll_with(crowd->gone[i], &c);
		if (draw(crowd, 8) == 0)
			turns(ex, 1);
		drop_some(crowd, draw(crowd, 3));
	}
	run_with_timers(ex, LONGEST_MS);
	for (int i = 0; i < NAPS; i++) {
		cx_op_drop(crowd->gone[i]);
		crowd->gone[i] = NULL;
	}
}

void drop_among_timers(struct cx_exec *ex)
{
	static struct crowd crowd = { .seed = 5 };

	for (int i = 0; i < ROUNDS; i++)
		come_and_go(ex, &crowd);
}
