/* E101: what an executor says of itself, and what time it says it is. */
#include <stdio.h>
#include <string.h>

#include "timers.h"

/* ---- its name, and what it claims */

struct said {
	const char *name;
	char text[256]; /* of the name, as it began */
	uint64_t caps;
};

static void check_said(const struct said *said, const char *when)
{
	const char *name = cx_name();

	CHECK(cx_caps() == said->caps,
	      "cx_caps gave %#llx at first, and %#llx %s",
	      (unsigned long long)said->caps, (unsigned long long)cx_caps(),
	      when);
	CHECK(name && strncmp(name, said->text, sizeof(said->text) - 1) == 0,
	      "cx_name says something else %s", when);
	/* who was told it at first may look at any time */
	CHECK(strncmp(said->name, said->text, sizeof(said->text) - 1) == 0,
	      "the text that cx_name gave has changed %s", when);
}

static void *check_afar(void *data)
{
	check_said(data, "on another thread");
	return NULL;
}

static int step_says(struct probe *p, struct cx_ctx *cx)
{
	check_said(p->data, "in a poll");
	thread_join(thread_start(check_afar, p->data));
	return step_yield(p, cx);
}

static void say_at_first(struct said *said)
{
	const uint64_t known = 2 * CX_CAP_JOIN - 1;

	said->caps = cx_caps();
	said->name = cx_name();
	CHECK(!(said->caps & ~known),
	      "cx_caps gave %#llx, and %#llx is no capability",
	      (unsigned long long)said->caps,
	      (unsigned long long)(said->caps & ~known));
	CHECK(said->name && said->name[0], "cx_name gave no text");
	snprintf(said->text, sizeof(said->text), "%s", said->name);
}

static void always_says_the_same(void)
{
	struct said said = { .caps = 0 };
	struct probe p = { .step = step_says, .n = 2, .data = &said };
	struct cx_exec *ex;

	say_at_first(&said);
	thread_join(thread_start(check_afar, &said));
	ex = exec_new();
	check_said(&said, "after cx_new");
	probe_block_on(ex, &p);
	cx_free(ex);
	check_said(&said, "after cx_free");
}

/*
 * ---- its clock
 *
 * What it is ahead of CLOCK_MONOTONIC stays the same.  Between a look at that
 * clock and the next one this thread may lose its processor: each sample tells
 * no more than from where to where it can be.
 */

enum {
	SAMPLES = 150,
	PAUSE_NS = 150000,
	/* ticks of a millisecond, and half of one more */
	AT_MOST_NS = 1500000
};

struct ahead {
	uint64_t base; /* ahead by this at the first sample, about */
	uint64_t last;
	int64_t least; /* beyond the base, and not less */
	int64_t most;
	bool begun;
};

static void sample(struct ahead *a, struct cx_exec *ex, const char *where)
{
	uint64_t before = wall_ns();
	uint64_t now = cx_now(ex);
	uint64_t after = wall_ns();
	int64_t least;
	int64_t most;

	if (!a->begun)
		*a = (struct ahead){ .base = now - before,
				     .last = now,
				     .least = INT64_MIN,
				     .most = INT64_MAX,
				     .begun = true };
	CHECK(now >= a->last, "cx_now went back by %llu ns %s",
	      (unsigned long long)(a->last - now), where);
	a->last = now;
	least = (int64_t)(now - after - a->base);
	most = (int64_t)(now - before - a->base);
	a->least = least > a->least ? least : a->least;
	a->most = most < a->most ? most : a->most;
	CHECK(a->least - a->most <= AT_MOST_NS,
	      "cx_now does not go with CLOCK_MONOTONIC: %s it is off by %lld "
	      "us",
	      where, (long long)(a->least - a->most) / 1000);
}

struct looks {
	struct ahead ahead;
	bool is_long; /* all in one poll */
};

static int step_looks(struct probe *p, struct cx_ctx *cx)
{
	struct looks *l = p->data;

	for (int i = 0; i < (l->is_long ? SAMPLES : 2); i++) {
		sample(&l->ahead, p->ex,
		       l->is_long ? "in a long poll" : "in a poll");
		doze(l->is_long ? PAUSE_NS : PAUSE_NS / 2);
	}
	return step_yield(p, cx);
}

static void tells_the_time(void)
{
	struct cx_exec *ex = exec_new();
	struct looks looks = { .is_long = false };
	struct probe brief = { .step = step_looks, .n = 60, .data = &looks };
	struct probe slow = { .step = step_looks, .data = &looks };

	for (int i = 0; i < SAMPLES; i++) {
		sample(&looks.ahead, ex, "outside of a run");
		doze(PAUSE_NS);
	}
	probe_block_on(ex, &brief);
	looks.is_long = true;
	probe_block_on(ex, &slow);
	sleep_for(ex, 20 * MS);
	sample(&looks.ahead, ex, "after a sleep");
	cx_free(ex);
}

static void e101(void)
{
	always_says_the_same();
	if (cx_caps() & CX_CAP_TIMERS)
		tells_the_time();
}

const struct statement say_statements[] = {
	{ "E101", 'K', true, 0, e101 },
	{ 0 },
};
