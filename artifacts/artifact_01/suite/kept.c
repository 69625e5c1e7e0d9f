/* E50, E55: the wakers that an operation keeps. */
#include "io.h"
#include "os_linux.h"
#include "parts.h"
#include "timers.h"

void wait_with(struct cx_op *op, struct counter *c)
{
	int rc;

	CHECK(op, "an operation could not be made");
	rc = poll_with(op, c);
	CHECK(rc == CX_PENDING, "what nothing has ended gave %s",
	      code_word(rc));
}

struct cx_op *recv_op(struct cx_rx *rx)
{
	struct cx_op *op = cx_rx_recv(rx);

	CHECK(op, "cx_rx_recv gave NULL");
	return op;
}

void chan_new(struct cx_exec *ex, struct cx_tx **tx, struct cx_rx **rx)
{
	int rc = cx_chan(ex, tx, rx);

	CHECK(rc == CX_OK, "cx_chan gave %s", code_word(rc));
}

/* ---- a thread that waits for another one, and tells if that hangs */

enum {
	SAMPLE_MS = 10,
	FORGOTTEN_MS = 2000, /* asleep for so long */
	STUCK_MS = 6000	     /* or busy with what takes no time */
};

static void *keep_vigil(void *data)
{
	struct vigil *v = data;
	uint64_t after = wall_ns() + (uint64_t)v->ms * MS;
	int quiet = 0;

	while (!v->over) {
		uint64_t now;

		doze(SAMPLE_MS * MS);
		now = wall_ns();
		quiet = now > after && os_sleeps(v->tid) ? quiet + 1 : 0;
		CHECK(quiet < FORGOTTEN_MS / SAMPLE_MS, "%s", v->what);
		CHECK(!v->is_short || now < after + STUCK_MS * (uint64_t)MS,
		      "%s", v->what);
	}
	return NULL;
}

void vigil_begin(struct vigil *v)
{
	v->tid = os_tid();
	v->thread = thread_start(keep_vigil, v);
}

void vigil_end(struct vigil *v)
{
	v->over = true;
	thread_join(v->thread);
}

/* ---- another vtable */

static void *hook_clone(void *w)
{
	counter_vt.clone(&((struct hook *)w)->other);
	return w;
}

static void hook_wake_by_ref(void *w)
{
	counter_vt.wake_by_ref(&((struct hook *)w)->other);
}

static void hook_drop(void *w)
{
	struct hook *hook = w;

	counter_vt.drop(&hook->other);
	if (hook->on_drop)
		hook->on_drop(hook->data);
}

static void hook_wake(void *w)
{
	hook_wake_by_ref(w);
	hook_drop(w);
}

const struct cx_waker_vt hook_vt = {
	.clone = hook_clone,
	.wake = hook_wake,
	.wake_by_ref = hook_wake_by_ref,
	.drop = hook_drop,
};

/* ---- E50: what a wake, or the drop of a waker, may do */

struct drops {
	struct cx_op *ops[100];
	pthread_t thread;
};

/*
 * A reactor with a thread of its own may wake and drop over there, and a
 * moment later, where this is nothing to answer for: ops are the loop's.
 */
static void drop_all(void *data)
{
	struct drops *d = data;

	if (!pthread_equal(pthread_self(), d->thread))
		return;
	for (int i = 0; i < 100; i++) {
		cx_op_drop(d->ops[i]);
		d->ops[i] = NULL;
	}
}

void wakes_that_drop(void)
{
	static struct drops d;
	static struct counter other;
	static struct counter c;
	struct cx_exec *ex = exec_new();
	uint64_t at = cx_now(ex) + 10 * MS;
	struct cx_op *op = sleep_op(ex, at);

	d.thread = pthread_self();
	c.on_wake = drop_all;
	c.data = &d;
	CHECK(poll_with(op, &c) == CX_PENDING, "not pending");
	for (unsigned int i = 0; i < 100; i++) {
		d.ops[i] = sleep_op(ex, at + (i % 2 ? i * 1000 : 0));
		CHECK(poll_with(d.ops[i], &other) == CX_PENDING, "not pending");
	}
	sleep_for(ex, 30 * MS);
	CHECK(c.wakes == 1, "a timer woke %d times", c.wakes);
	sleep_for(ex, 10 * MS);
	cx_op_drop(op);
	drop_all(&d);
	sleep_for(ex, 10 * MS);
	check_dropped(ex, &other);
	renew_timer(ex);
	cx_free(ex);
	end_before_told();
}

/* ---- E55: two polls, and what is woken then */

static void check_last(struct cx_op *op, const struct counter *a,
		       const struct counter *b, const char *what)
{
	CHECK(a->wakes == 0, "%s: the waker of an earlier poll was woken",
	      what);
	CHECK(b->wakes > 0, "%s: the waker of the last poll was not woken",
	      what);
	cx_op_drop(op);
}

static void last_of_descriptor(struct cx_exec *ex)
{
	/* another thread may hold one a moment longer */
	static struct counter a;
	static struct counter b;
	struct cx_op *op;
	int fds[2];

	pair_open(fds);
	op = ready_op(ex, fds[0], CX_READABLE);
	CHECK(poll_with(op, &a) == CX_PENDING, "not pending");
	turns(ex, 2);
	CHECK(poll_with(op, &b) == CX_PENDING, "not pending");
	turns(ex, 2);
	put_bytes(fds[1], 1);
	await_wake(ex, &b);
	check_last(op, &a, &b, "a descriptor");
	check_dropped(ex, &a);
	check_dropped(ex, &b);
	pair_close(fds);
}

static void last_of_receive(struct cx_exec *ex)
{
	struct counter a = { 0 };
	struct counter b = { 0 };
	struct cx_op *op;
	struct cx_tx *tx;
	struct cx_rx *rx;

	CHECK(cx_chan(ex, &tx, &rx) == CX_OK, "cx_chan failed");
	op = cx_rx_recv(rx);
	CHECK(op && poll_with(op, &a) == CX_PENDING, "not pending");
	CHECK(poll_with(op, &b) == CX_PENDING, "not pending");
	cx_tx_send(tx, 1);
	check_last(op, &a, &b, "a receive");
	cx_tx_drop(tx);
	cx_rx_drop(rx);
}

void last_wakers(void)
{
	struct cx_exec *ex = exec_new();
	struct counter a = { 0 };
	struct counter b = { 0 };
	struct cx_op *op = sleep_op(ex, cx_now(ex) + 20 * MS);

	CHECK(poll_with(op, &a) == CX_PENDING, "not pending");
	if (poll_with(op, &b) != CX_PENDING)
		skip_because("machine busy");
	sleep_for(ex, 40 * MS);
	CHECK(a.wakes == 0, "the waker of an earlier poll was woken");
	CHECK(b.wakes == 1, "the waker of the last poll was woken %d times",
	      b.wakes);
	cx_op_drop(op);
	turns(ex, 2);
	sleep_for(ex, 2 * MS);
	check_dropped(ex, &a);
	check_dropped(ex, &b);
	if (cx_caps() & CX_CAP_IO)
		last_of_descriptor(ex);
	if (cx_caps() & CX_CAP_CHANNEL)
		last_of_receive(ex);
	change_hands(ex);
	cx_free(ex);
}
