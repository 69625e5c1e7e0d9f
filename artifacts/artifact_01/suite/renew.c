/*
 * E50, E65b: a wake that drops the operation it comes from, and begins
 * another, which may have the same room in memory.
 */
#include <unistd.h>

#include "io.h"
#include "parts.h"

struct renewal {
	struct cx_exec *ex;
	struct cx_op *op;
	struct counter c;
	struct counter next; /* the waker of the one that takes its place */
	int fds[2];	     /* -1: of a timer */
	pthread_t thread;
	bool renewed;
};

/* Where another thread wakes, there is nothing to ask: ops are the loop's. */
static void renew(void *data)
{
	struct renewal *r = data;

	if (r->renewed || !pthread_equal(pthread_self(), r->thread))
		return;
	r->renewed = true;
	cx_op_drop(r->op);
	if (r->fds[0] >= 0) {
		drain(r->fds[0]);
		r->op = ready_op(r->ex, r->fds[0], CX_READABLE);
	} else {
		r->op = cx_sleep_until(r->ex, cx_now(r->ex) + 20 * MS);
		CHECK(r->op, "cx_sleep_until gave NULL");
	}
	poll_pending(r->op, &r->next, "what begins in the wake of another");
}

static void settle_renewal(struct renewal *r, const char *what)
{
	run_for(r->ex, 10);
	CHECK(r->c.drops <= r->c.clones,
	      "%s was dropped by its wake, and its waker %d times: there were "
	      "%d clones",
	      what, r->c.drops, r->c.clones);
	if (r->renewed) {
		CHECK(r->next.wakes == 0 || r->fds[0] < 0,
		      "a wait that began in the wake of another was woken, and "
		      "nothing had come");
		if (r->fds[0] >= 0)
			put_bytes(r->fds[1], 1);
		await_wake(r->ex, &r->next);
	}
	cx_op_drop(r->op);
	check_dropped(r->ex, &r->c);
	check_dropped(r->ex, &r->next);
}

void renew_wait(struct cx_exec *ex)
{
	static struct renewal r;

	for (int i = 0; i < 3; i++) {
		r = (struct renewal){ .ex = ex, .thread = pthread_self() };
		r.c.data = &r;
		r.c.on_wake = renew;
		pair_open(r.fds);
		r.op = ready_op(ex, r.fds[0], CX_READABLE);
		poll_pending(r.op, &r.c, "a socket without data");
		turns(ex, 5);
		put_bytes(r.fds[1], 1);
		await_wake(ex, &r.c);
		settle_renewal(&r, "a wait");
		pair_close(r.fds);
	}
}

void renew_timer(struct cx_exec *ex)
{
	static struct renewal r;

	r = (struct renewal){ .ex = ex,
			      .fds = { -1, -1 },
			      .thread = pthread_self() };
	r.c.data = &r;
	r.c.on_wake = renew;
	r.op = cx_sleep_until(ex, cx_now(ex) + 10 * MS);
	CHECK(r.op, "cx_sleep_until gave NULL");
	if (poll_with(r.op, &r.c) == CX_PENDING) {
		await_wake(ex, &r.c);
		settle_renewal(&r, "a timer");
	} else {
		cx_op_drop(r.op);
	}
}
