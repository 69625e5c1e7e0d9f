/*
 * Parts of statements: operations that are over before the loop has told
 * anybody, or at their first poll, and those that cx_free meets after others
 * have gone.
 */
#include "io.h"
#include "parts.h"
#include "timers.h"

/* What an operation of each kind waits for. */
struct scene {
	struct cx_exec *ex;
	int fds[2];
	struct cx_tx *tx;
	struct cx_rx *rx;
	uint64_t deadline;
};

struct leaf {
	const char *what;
	uint64_t needs;
	void (*open)(struct scene *s);
	struct cx_op *(*make)(struct scene *s);
	void (*come)(struct scene *s); /* what it waits for */
	void (*close)(struct scene *s);
};

static void time_open(struct scene *s)
{
	s->deadline = cx_now(s->ex) + 2 * MS;
}

static struct cx_op *time_make(struct scene *s)
{
	return sleep_op(s->ex, s->deadline);
}

static void time_comes(struct scene *s)
{
	while (cx_now(s->ex) <= s->deadline)
		doze(MS / 5);
}

static void time_close(struct scene *s)
{
	(void)s;
}

static void socket_open(struct scene *s)
{
	pair_open(s->fds);
}

static struct cx_op *socket_make(struct scene *s)
{
	return ready_op(s->ex, s->fds[0], CX_READABLE);
}

static void data_come(struct scene *s)
{
	put_bytes(s->fds[1], 1);
}

static void socket_close(struct scene *s)
{
	pair_close(s->fds);
}

static void channel_open(struct scene *s)
{
	chan_new(s->ex, &s->tx, &s->rx);
}

static struct cx_op *receive_make(struct scene *s)
{
	return recv_op(s->rx);
}

static void item_comes(struct scene *s)
{
	cx_tx_send(s->tx, 1);
}

static void sender_goes(struct scene *s)
{
	cx_tx_drop(s->tx);
	s->tx = NULL;
}

static void channel_close(struct scene *s)
{
	cx_tx_drop(s->tx);
	cx_rx_drop(s->rx);
}

static const struct leaf leaves[] = {
	{ "a sleep whose time has come", CX_CAP_TIMERS, time_open, time_make,
	  time_comes, time_close },
	{ "a wait for data that have come", CX_CAP_IO, socket_open, socket_make,
	  data_come, socket_close },
	{ "a receive for which there is an item", CX_CAP_CHANNEL, channel_open,
	  receive_make, item_comes, channel_close },
	{ "a receive without a sender", CX_CAP_CHANNEL, channel_open,
	  receive_make, sender_goes, channel_close },
};

enum {
	LEAVES = sizeof(leaves) / sizeof(leaves[0])
};

/* ---- E50: over, and the loop has not looked since */

/* Polled until it is over; an executor may have to be told by its loop. */
static void end_op(struct cx_exec *ex, const struct leaf *leaf,
		   struct cx_op *op, struct counter *c)
{
	int rc = poll_with(op, c);

	for (int i = 0; i < 100 && rc == CX_PENDING; i++) {
		if (c->wakes == 0)
			await_wake(ex, c);
		rc = poll_with(op, c);
		if (rc == CX_PENDING)
			run_for(ex, 1);
	}
	CHECK(rc == CX_READY || rc == CX_CLOSED, "%s gave %s", leaf->what,
	      code_word(rc));
}

/* It goes between two others of its kind that wait. */
static void over_before_told(struct cx_exec *ex, const struct leaf *leaf)
{
	struct scene s[3] = { { .ex = ex }, { .ex = ex }, { .ex = ex } };
	struct counter c[3] = { { 0 } };
	struct cx_op *ops[3];

	for (int i = 0; i < 2; i++) {
		leaf->open(&s[i]);
		s[i].deadline += (uint64_t)(!i) * 6 * MS;
		ops[i] = leaf->make(&s[i]);
		if (poll_with(ops[i], &c[i]) != CX_PENDING)
			skip_because("machine busy");
	}
	turns(ex, 2);
	leaf->come(&s[1]);
	end_op(ex, leaf, ops[1], &c[1]);
	cx_op_drop(ops[1]);
	leaf->open(&s[2]);
	s[2].deadline += 6 * MS;
	ops[2] = leaf->make(&s[2]);
	if (poll_with(ops[2], &c[2]) != CX_PENDING)
		skip_because("machine busy");
	for (int i = 0; i < 3; i += 2) {
		leaf->come(&s[i]);
		end_op(ex, leaf, ops[i], &c[i]);
		cx_op_drop(ops[i]);
	}
	for (int i = 0; i < 3; i++) {
		/* a channel may keep it as long as it is there */
		leaf->close(&s[i]);
		check_dropped(ex, &c[i]);
	}
}

/*
 * Sleeps of which some are dropped, so that a heap has inner nodes, and which
 * are over in another order than that of their deadlines.
 */
static void many_over_before_told(struct cx_exec *ex)
{
	enum {
		OVER = 40,
		ALL = OVER + 5
	};
	struct counter c[ALL] = { { 0 } };
	struct cx_op *ops[ALL];
	uint64_t at = cx_now(ex) + 5 * MS;

	for (int i = 0; i < ALL; i++) {
		uint64_t wait =
			i < OVER ? (uint64_t)(i % 7) * 10000 : (uint64_t)i * MS;

		ops[i] = sleep_op(ex, at + wait);
		if (poll_with(ops[i], &c[i]) != CX_PENDING)
			skip_because("machine busy");
	}
	for (int i = 0; i < OVER; i += 7)
		cx_op_drop(ops[i]);
	while (cx_now(ex) <= at + 60000)
		doze(MS / 5);
	for (int k = 0; k < ALL; k++) {
		int i = k < OVER ? k * 17 % OVER : k;

		if (i < OVER && i % 7 == 0)
			continue;
		end_op(ex, &leaves[0], ops[i], &c[i]);
		cx_op_drop(ops[i]);
	}
	for (int i = 0; i < ALL; i++)
		check_dropped(ex, &c[i]);
}

void end_before_told(void)
{
	struct cx_exec *ex = exec_new();

	if (cx_caps() & CX_CAP_TIMERS)
		many_over_before_told(ex);
	for (int i = 0; i < LEAVES; i++) {
		if (!(leaves[i].needs & ~cx_caps()))
			over_before_told(ex, &leaves[i]);
	}
	cx_free(ex);
	poison_check();
}

/* ---- E103: over at the first poll */

static void over_at_once(struct cx_exec *ex, const struct leaf *leaf)
{
	struct scene s = { .ex = ex };
	struct counter c = { 0 };
	struct cx_op *op;

	leaf->open(&s);
	op = leaf->make(&s);
	leaf->come(&s);
	if (poll_with(op, &c) == CX_PENDING)
		end_op(ex, leaf, op, &c); /* it had to look first */
	cx_op_drop(op);
	for (int i = 0; i < 100 && c.clones != c.drops; i++)
		run_for(ex, 5);
	CHECK(c.clones == c.drops,
	      "%s was polled and dropped, and %d clones of its waker are left",
	      leaf->what, c.clones - c.drops);
	leaf->close(&s);
}

void end_at_once(struct cx_exec *ex)
{
	for (int i = 0; i < LEAVES; i++) {
		if (!(leaves[i].needs & ~cx_caps()))
			over_at_once(ex, &leaves[i]);
	}
}

/* ---- E21: what waits when cx_free comes, after others that have gone */

struct owner {
	struct probe probe;
	struct scene s;
	const struct leaf *leaf;
};

/* The operation first, then what it is about. */
static void owner_last(struct probe *p)
{
	struct owner *o = p->data;

	cx_op_drop(p->op);
	p->op = NULL;
	o->leaf->close(&o->s);
}

static void free_after(const struct leaf *gone, const struct leaf *waits)
{
	struct cx_exec *ex = exec_new();
	struct owner o[3] = { 0 };
	struct scene s = { .ex = ex };
	struct counter c = { 0 };
	struct cx_op *op;

	gone->open(&s);
	op = gone->make(&s);
	poll_with(op, &c);
	for (int i = 0; i < 3; i++) {
		o[i].leaf = waits;
		o[i].s.ex = ex;
		waits->open(&o[i].s);
		o[i].s.deadline += 3600ull * 1000 * MS;
		o[i].probe = (struct probe){ .step = step_await,
					     .op = waits->make(&o[i].s),
					     .last = owner_last,
					     .data = &o[i] };
		probe_spawn(ex, &o[i].probe);
	}
	cx_op_drop(op);
	turns(ex, 5);
	gone->close(&s);
	cx_free(ex);
	for (int i = 0; i < 3; i++)
		CHECK(o[i].probe.drops == 1,
		      "cx_free dropped a future that waits %d times",
		      o[i].probe.drops);
	poison_check();
}

void free_with_ops(void)
{
	for (int i = 0; i < LEAVES * LEAVES; i++) {
		const struct leaf *gone = &leaves[i / LEAVES];
		const struct leaf *waits = &leaves[i % LEAVES];

		if (!((gone->needs | waits->needs) & ~cx_caps()))
			free_after(gone, waits);
	}
}

/* ---- E49: of many that go, which one makes the table be swept? */

void one_after_dropped(struct cx_exec *ex)
{
	for (int count = 1; count <= 300; count++) {
		struct counter c = { 0 };
		struct cx_op *op;

		for (int i = 0; i < count; i++) {
			op = sleep_op(ex, cx_now(ex) + 3600ull * 1000 * MS);
			wait_with(op, &c);
			cx_op_drop(op);
		}
		op = sleep_op(ex, cx_now(ex) + MS / 5);
		if (poll_with(op, &c) == CX_PENDING)
			await_wake(ex, &c);
		cx_op_drop(op);
	}
}
