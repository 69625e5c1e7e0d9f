/* Parts of statements: what goes while it waits, and what it leaves behind. */
#include <stdlib.h>
#include <unistd.h>

#include "parts.h"

/* ---- E21 */

enum {
	CHURN = 3000,
	KEPT = 15 /* one of so many stays */
};

void free_after_churn(void)
{
	struct probe *p = calloc(CHURN, sizeof(*p));
	struct cx_exec *ex = exec_new();

	if (!p)
		skip_because("no memory");
	for (int i = 0; i < CHURN; i++) {
		/* by a stride that no size of a table divides */
		bool stays = i % KEPT == 0 || i > CHURN - 100;

		p[i].step = stays ? NULL : step_ready;
		probe_spawn(ex, &p[i]);
		if (i % 50 == 0)
			turns(ex, 1);
	}
	turns(ex, 2);
	cx_free(ex);
	for (int i = 0; i < CHURN; i++) {
		CHECK(p[i].drops == 1,
		      "cx_free did not drop a future beside which %d others "
		      "came and went",
		      CHURN);
	}
	free(p);
}

/* One alone, whatever its place in a table that others have left. */
void free_the_last(void)
{
	enum {
		PLACES = 300
	};

	for (int before = 0; before < PLACES; before++) {
		struct cx_exec *ex = exec_new();
		struct probe last = { 0 };

		for (int i = 0; i < before; i++) {
			struct probe p = { .step = step_ready };

			probe_spawn(ex, &p);
			exec_run(ex);
		}
		probe_spawn(ex, &last);
		turns(ex, 1);
		cx_free(ex);
		CHECK(last.drops == 1,
		      "after %d tasks that came and went one was left alone, "
		      "and cx_free dropped it %d times",
		      before, last.drops);
	}
}

/* ---- E29 */

static int step_wake_and_cancel(struct probe *p, struct cx_ctx *cx)
{
	int rc;

	(void)cx;
	cx_waker_wake_by_ref(&p->peer->kept);
	rc = cx_cancel(p->ex, p->peer->id);
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	return CX_READY;
}

/* From a task, when it is in the queue behind that already. */
void cancel_what_is_next(struct cx_exec *ex)
{
	struct probe next = { .keeps = true };
	struct probe killer = { .step = step_wake_and_cancel, .peer = &next };

	probe_spawn(ex, &next);
	turns(ex, 10);
	probe_spawn(ex, &killer);
	turns(ex, 10);
	CHECK(next.polls == 1, "woken and cancelled, and polled after that");
	CHECK(next.drops == 1, "woken and cancelled, and dropped %d times",
	      next.drops);
	probe_forget(&next);
}

/* ---- E11: the wakers that operations keep */

struct waiter {
	struct probe probe;
	struct cx_op *op[3];
	struct cx_tx *tx;
	struct cx_rx *rx;
	int fds[2];
};

static int step_wait_and_go(struct probe *p, struct cx_ctx *cx)
{
	struct waiter *w = p->data;

	if (p->polls > 1) {
		for (int i = 0; i < 3; i++)
			cx_op_drop(w->op[i]);
		return CX_READY;
	}
	if (cx_caps() & CX_CAP_TIMERS)
		w->op[0] =
			cx_sleep_until(p->ex, cx_now(p->ex) + 3600000ull * MS);
	if (cx_caps() & CX_CAP_IO && w->fds[0] >= 0)
		w->op[1] = cx_fd_ready(p->ex, w->fds[0], CX_READABLE);
	if (w->rx)
		w->op[2] = cx_rx_recv(w->rx);
	for (int i = 0; i < 3; i++) {
		if (w->op[i] && cx_op_poll(w->op[i], cx, NULL) != CX_PENDING)
			FAIL("an operation is not pending");
	}
	cx_ctx_wake(cx);
	return CX_PENDING;
}

enum {
	WAITERS = 8
};

/* Tasks that end with a waker kept, and operations that wait. */
void wait_and_go(void)
{
	struct cx_exec *ex = exec_new();
	struct waiter w[WAITERS] = { 0 };

	for (int i = 0; i < WAITERS; i++) {
		w[i].probe = (struct probe){ .step = step_wait_and_go,
					     .data = &w[i],
					     .keeps = true };
		if (pipe(w[i].fds) < 0)
			skip_because("no pipe could be made");
		if (cx_caps() & CX_CAP_CHANNEL &&
		    cx_chan(ex, &w[i].tx, &w[i].rx) != CX_OK)
			FAIL("cx_chan gave an error");
		probe_spawn(ex, &w[i].probe);
	}
	exec_run(ex);
	turns(ex, 5);
	run_for(ex, 2);
	for (int i = 0; i < WAITERS; i++) {
		/* by value, and its task has ended */
		cx_waker_wake(w[i].probe.kept);
		if (w[i].rx) {
			cx_tx_drop(w[i].tx);
			cx_rx_drop(w[i].rx);
		}
		close(w[i].fds[0]);
		close(w[i].fds[1]);
	}
	cx_free(ex);
}

/* ---- E55, E65 */

void check_dropped(struct cx_exec *ex, const struct counter *c)
{
	for (int i = 0; i < 200 && c->clones != c->drops; i++)
		run_for(ex, 5);
	CHECK(c->clones == c->drops, "%d clones of a waker, and %d dropped",
	      c->clones, c->drops);
}
