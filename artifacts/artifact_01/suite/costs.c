/*
 * E54, E102: what one of many costs.
 *
 * Five hundred times as many: what looks at each of them is so much dearer,
 * or less where a system call is part of it; what goes by a tree or a table
 * is twice as dear, and a few times more where caches are small or another
 * program is in them.  The bounds are far from both, so that no machine is too
 * busy to tell.
 */
#include <stdlib.h>

#include "parts.h"
#include "timers.h"

enum {
	DEARER = 20,	    /* than among few */
	NO_MATTER_NS = 5000 /* each; below it nothing is dear */
};

/* What is bought, among how many, and what it may cost each time. */
struct bill {
	const char *what;
	int among;
	int few;       /* it was cheap among these */
	uint64_t most; /* ns */
};

static uint64_t bound_of(uint64_t few)
{
	if (few > UINT64_MAX / DEARER)
		return UINT64_MAX; /* it is not claimed, and was not used */
	return few * DEARER > NO_MATTER_NS ? few * DEARER : NO_MATTER_NS;
}

static void check_bill(const struct bill *bill, uint64_t cpu, int count)
{
	CHECK(cpu / (uint64_t)count <= bill->most,
	      "%s costs more than %llu ns among %d, at least %d times what it "
	      "costs among %d",
	      bill->what, (unsigned long long)bill->most, bill->among, DEARER,
	      bill->few);
}

/* ---- E54: timers that come due, in no order */

enum {
	FEW_DUE = 500,
	MANY_DUE = 32000
};

struct due {
	struct bill bill;
	struct cx_op **ops;
	int count;
	_Atomic int woken;	/* on a reactor's own thread, too */
	_Atomic uint64_t since; /* cpu_ns */
	pthread_t thread;
};

static void on_due(void *data)
{
	struct due *d = data;

	/* where it grows with their number, all would take minutes */
	if (++d->woken % 256 == 0 && d->since &&
	    pthread_equal(pthread_self(), d->thread))
		check_bill(&d->bill, cpu_ns() - d->since, d->count);
}

/* CPU for each of COUNT that come due at nearly the same time. */
static uint64_t cost_of_due(struct cx_exec *ex, struct due *d)
{
	static struct counter c; /* some keep a waker for longer */
	uint64_t span = (uint64_t)d->count * 4000;
	uint64_t from = cx_now(ex) + 10 * MS + span;
	uint64_t cpu;
	int ready = 0;

	c.on_wake = on_due;
	c.data = d;
	d->thread = pthread_self();
	d->woken = 0;
	d->since = 0;
	for (int i = 0; i < d->count; i++) {
		/* each of them once: 7919 is prime, and no factor */
		uint64_t at = (uint64_t)i * 7919 % (uint64_t)d->count;

		d->ops[i] = sleep_op(ex, from + at * 100);
		ready += poll_with(d->ops[i], &c) == CX_READY;
	}
	d->count -= ready;
	while (cx_now(ex) < from + (uint64_t)(d->count + ready) * 100 + 2 * MS)
		doze(MS);
	d->since = cpu = cpu_ns();
	/* others ask whether all of them fire */
	for (int i = 0; i < 100 && d->woken < d->count; i++)
		run_for(ex, 5);
	cpu = cpu_ns() - cpu;
	d->since = 0;
	d->count += ready;
	for (int i = 0; i < d->count; i++)
		cx_op_drop(d->ops[i]);
	turns(ex, 2);
	return cpu / (uint64_t)(d->count - ready + 1);
}

void fire_many(struct cx_exec *ex)
{
	static struct due d; /* a late wake may come at any time */
	uint64_t few = UINT64_MAX;
	uint64_t cost;

	d.ops = calloc(MANY_DUE, sizeof(*d.ops));
	if (!d.ops)
		skip_because("no memory");
	d.bill = (struct bill){ "a timer that comes due", FEW_DUE, FEW_DUE,
				UINT64_MAX };
	for (int i = 0; i < 3; i++) {
		d.count = FEW_DUE;
		cost = cost_of_due(ex, &d);
		few = cost < few ? cost : few;
	}
	d.bill.among = d.count = MANY_DUE;
	d.bill.most = bound_of(few);
	cost_of_due(ex, &d);
	free(d.ops);
}

/* ---- E102: tasks that are idle, and one that is not */

enum {
	FEW = 300,
	MANY = 100000,
	SLICE = 100, /* are spawned and polled before the next are */
	ACTIVE = 20, /* are used in each round */
	ROUNDS = 5
};

enum purchase {
	SPAWN,
	WAKE,
	JOIN,
	RECEIVE,
	CANCEL,
	PURCHASES
};

static const char *const names[PURCHASES] = {
	[SPAWN] = "spawning a task and polling it",
	[WAKE] = "waking a task and polling it",
	[JOIN] = "a join that is begun and dropped",
	[RECEIVE] = "a receive of a task that waits for it",
	[CANCEL] = "cancelling a task",
};

struct crowd {
	struct cx_exec *ex;
	struct probe *idle;
	int count; /* of them, that are spawned */
	bool over; /* they end when they are woken */
	int polled;
	int dropped;
	int to_drop; /* before a run is over */
	int at;	     /* the latest to be used */
	uint64_t cost[PURCHASES];
	uint64_t most[PURCHASES];

	/* wakes one of the others, or sends to the taker, and is woken */
	struct probe main;
	struct probe taker;
	struct cx_tx *tx;
	struct cx_rx *rx;
};

/* COUNT of them came to CPU; the best of all rounds is what it costs. */
static void pay(struct crowd *c, enum purchase what, uint64_t cpu, int count)
{
	uint64_t each = cpu / (uint64_t)count;

	if (each < c->cost[what])
		c->cost[what] = each;
}

static void check_costs(const struct crowd *c)
{
	for (int i = 0; i < PURCHASES; i++) {
		struct bill bill = { names[i], c->count, FEW, c->most[i] };

		if (c->cost[i] != UINT64_MAX)
			check_bill(&bill, c->cost[i], 1);
	}
}

static void wake_main(const struct crowd *c)
{
	if (c->main.has_kept && !c->main.drops)
		cx_waker_wake_by_ref(&c->main.kept);
}

static int step_idle(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;

	(void)cx;
	c->polled += p->polls == 1;
	if (p->polls > 1)
		wake_main(c);
	return c->over ? CX_READY : CX_PENDING;
}

static void last_idle(struct probe *p)
{
	((struct crowd *)p->data)->dropped++;
}

static struct probe *next_idle(struct crowd *c)
{
	struct probe *p;

	/* a prime, and no factor of their number: each of them once */
	do {
		c->at = (c->at + 7919) % c->count;
		p = &c->idle[c->at];
	} while (p->drops);
	return p;
}

static bool all_polled(void *data)
{
	const struct crowd *c = data;

	return c->polled == c->count;
}

static bool all_dropped(void *data)
{
	const struct crowd *c = data;

	return c->dropped == c->to_drop;
}

static void spawn_idle(struct crowd *c, int count)
{
	uint64_t cpu = cpu_ns();

	while (c->count < count) {
		struct bill bill = { names[SPAWN], count, FEW, c->most[SPAWN] };

		for (int i = 0; i < SLICE; i++) {
			struct probe *p = &c->idle[c->count++];

			*p = (struct probe){ .step = step_idle,
					     .last = last_idle,
					     .data = c,
					     .keeps = true };
			probe_spawn(c->ex, p);
		}
		run_until(c->ex, all_polled, c, "a task is not polled");
		check_bill(&bill, cpu_ns() - cpu, count);
	}
	pay(c, SPAWN, cpu_ns() - cpu, count);
}

static int step_wake(struct probe *p, struct cx_ctx *cx)
{
	struct crowd *c = p->data;

	(void)cx;
	if (p->n-- <= 0)
		return CX_READY;
	cx_waker_wake_by_ref(&next_idle(c)->kept);
	return CX_PENDING;
}

static int step_send(struct probe *p, struct cx_ctx *cx)
{
	const struct crowd *c = p->data;

	(void)cx;
	if (p->n-- <= 0)
		return CX_READY;
	CHECK(cx_tx_send(c->tx, 1) == CX_OK, "a send failed");
	return CX_PENDING;
}

static int step_take(struct probe *p, struct cx_ctx *cx)
{
	const struct crowd *c = p->data;

	for (;;) {
		int rc;

		if (!p->op)
			p->op = recv_op(c->rx);
		rc = cx_op_poll(p->op, cx, NULL);
		if (rc == CX_PENDING)
			return rc;
		cx_op_drop(p->op);
		p->op = NULL;
		if (rc != CX_READY)
			return CX_READY;
		wake_main(c);
	}
}

static void use_by(struct crowd *c, enum purchase what,
		   int (*step)(struct probe *p, struct cx_ctx *cx))
{
	uint64_t cpu = cpu_ns();

	c->main = (struct probe){
		.step = step, .data = c, .n = ACTIVE, .keeps = true
	};
	probe_block_on(c->ex, &c->main);
	pay(c, what, cpu_ns() - cpu, ACTIVE);
	probe_forget(&c->main);
}

static void join_some(struct crowd *c)
{
	static struct counter waits; /* some keep a waker for longer */
	uint64_t cpu = cpu_ns();

	for (int i = 0; i < ACTIVE; i++) {
		struct cx_op *op = cx_join(c->ex, next_idle(c)->id);

		CHECK(op, "cx_join of a task that is idle gave NULL");
		wait_with(op, &waits);
		cx_op_drop(op);
	}
	pay(c, JOIN, cpu_ns() - cpu, ACTIVE);
}

static void cancel_some(struct crowd *c)
{
	struct probe *some[ACTIVE];
	uint64_t cpu = cpu_ns();

	c->to_drop = c->dropped + ACTIVE;
	for (int i = 0; i < ACTIVE; i++) {
		int rc;

		some[i] = next_idle(c);
		rc = cx_cancel(c->ex, some[i]->id);
		CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	}
	run_until(c->ex, all_dropped, c, "a task is cancelled and not dropped");
	pay(c, CANCEL, cpu_ns() - cpu, ACTIVE);
}

static void use_all(struct crowd *c)
{
	for (int i = 0; i < ROUNDS; i++) {
		use_by(c, WAKE, step_wake);
		if (cx_caps() & CX_CAP_JOIN)
			join_some(c);
		if (cx_caps() & CX_CAP_CHANNEL)
			use_by(c, RECEIVE, step_send);
		if (cx_caps() & CX_CAP_CANCEL)
			cancel_some(c);
	}
}

/* Where cx_free has to drop them, that may cost the square of their number. */
static void end_all(struct crowd *c)
{
	c->over = true;
	for (int i = 0; i < c->count; i++) {
		if (!c->idle[i].drops)
			cx_waker_wake_by_ref(&c->idle[i].kept);
	}
	exec_run(c->ex);
	for (int i = 0; i < c->count; i++)
		probe_forget(&c->idle[i]);
}

static void live_among(struct crowd *c, int count)
{
	c->ex = exec_new();
	c->count = c->polled = c->dropped = 0;
	c->over = false;
	c->taker = (struct probe){ .step = step_take, .data = c };
	if (cx_caps() & CX_CAP_CHANNEL) {
		chan_new(c->ex, &c->tx, &c->rx);
		probe_spawn(c->ex, &c->taker); /* before all others */
		turns(c->ex, 2);
	}
	spawn_idle(c, count);
	use_all(c);
	check_costs(c);
	if (cx_caps() & CX_CAP_CHANNEL) {
		cx_tx_drop(c->tx);
		await_drop(c->ex, &c->taker);
		cx_rx_drop(c->rx);
	}
	end_all(c);
	cx_free(c->ex);
}

static void e102(void)
{
	static struct crowd c;

	c.idle = calloc(MANY, sizeof(*c.idle));
	if (!c.idle)
		skip_because("no memory");
	for (int i = 0; i < PURCHASES; i++)
		c.cost[i] = c.most[i] = UINT64_MAX;
	for (int i = 0; i < 3; i++)
		live_among(&c, FEW);
	for (int i = 0; i < PURCHASES; i++) {
		c.most[i] = bound_of(c.cost[i]);
		c.cost[i] = UINT64_MAX;
	}
	live_among(&c, MANY);
	free(c.idle);
}

const struct statement cost_statements[] = {
	{ "E102", 'K', false, 0, e102 },
	{ 0 },
};
