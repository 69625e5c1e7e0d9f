/* E98 to E100: what cohort_executor.h alone says. */
#include <fcntl.h>
#include <unistd.h>

#include "io.h"
#include "parts.h"
#include "timers.h"

/* ---- E98: the drop of a waker makes, polls and drops operations */

struct user {
	struct hook hook;
	struct counter c;
	struct cx_exec *ex;
	struct cx_op *other;
	struct cx_op *fresh;
	pthread_t thread;
	int fds[2];
};

static struct cx_op *far_timer(struct user *u)
{
	return sleep_op(u->ex, cx_now(u->ex) + HOUR);
}

static struct cx_op *quiet_descriptor(struct user *u)
{
	return ready_op(u->ex, u->fds[0], CX_READABLE);
}

static void use_timers(void *data)
{
	struct user *u = data;

	/* a reactor's own thread may drop it, and operations are the loop's */
	if (u->fresh || !pthread_equal(pthread_self(), u->thread))
		return;
	u->fresh = far_timer(u);
	wait_with(u->fresh, &u->c);
	cx_op_drop(u->other);
	u->other = NULL;
}

static void use_descriptors(void *data)
{
	struct user *u = data;

	if (u->fresh || !pthread_equal(pthread_self(), u->thread))
		return;
	cx_op_drop(u->other);
	u->other = NULL;
	u->fresh = ready_op(u->ex, u->fds[1], CX_READABLE);
	wait_with(u->fresh, &u->c);
}

static void act_in_drop(struct cx_exec *ex, bool goes,
			struct cx_op *(*make)(struct user *u),
			void (*use)(void *data))
{
	/* where another thread drops, it may do so later */
	static struct user users[4];
	static size_t count;
	struct user *u = &users[count++ % 4];
	struct cx_op *op;
	int rc;

	*u = (struct user){ .hook = { .on_drop = use, .data = u },
			    .ex = ex,
			    .thread = pthread_self() };
	pair_open(u->fds);
	op = make(u);
	rc = cx_op_poll_with(op, &hook_vt, &u->hook, NULL);
	CHECK(rc == CX_PENDING, "what nothing has ended gave %s",
	      code_word(rc));
	u->other = use == use_timers ? far_timer(u)
				     : ready_op(ex, u->fds[1], CX_READABLE);
	wait_with(u->other, &u->c);
	if (!goes)
		wait_with(op, &u->c);
	cx_op_drop(op);
	turns(ex, 2);
	cx_op_drop(u->other);
	cx_op_drop(u->fresh);
	turns(ex, 2);
	u->fresh = u->other = NULL;
	pair_close(u->fds);
}

/* ---- E98: a channel lets wakers use it */

/* What a wake, or the drop of a waker, does to the channel it comes from. */
struct reentry {
	struct hook hook;
	struct cx_tx *tx;
	struct cx_tx *spare; /* another, that is dropped */
	int sent;
};

static void send_more(void *data)
{
	struct reentry *r = data;
	int rc;

	if (r->sent++)
		return; /* once: what it sends may wake, too */
	rc = cx_tx_send(r->tx, 2);
	CHECK(rc == CX_OK, "a send from a wake gave %s", code_word(rc));
}

static void drop_spare(void *data)
{
	struct reentry *r = data;

	send_more(data);
	cx_tx_drop(r->spare);
	r->spare = NULL;
}

/* Two items: the one whose wake sent the other, and that. */
static void take_two(struct cx_rx *rx, struct cx_op *op, const char *what)
{
	static struct counter c;

	for (uint64_t i = 1; i < 3; i++) {
		uint64_t item = 0;
		int rc = cx_op_poll_with(op, &counter_vt, &c, &item);

		CHECK(rc == CX_READY && (item == 1 || item == 2),
		      "%s: receive %lu gave %s", what, (unsigned long)i,
		      code_word(rc));
		cx_op_drop(op);
		op = recv_op(rx);
	}
	cx_op_drop(op);
}

static void send_in_wake(struct cx_exec *ex)
{
	struct reentry r = { .hook = { .counter = { .on_wake = send_more,
						    .data = &r } } };
	struct cx_rx *rx;
	struct cx_op *op;

	chan_new(ex, &r.tx, &rx);
	op = recv_op(rx);
	wait_with(op, &r.hook.counter);
	cx_tx_send(r.tx, 1);
	CHECK(r.sent > 0, "a send did not wake the receive");
	take_two(rx, op, "the wake of a receive sends");
	cx_tx_drop(r.tx);
	cx_rx_drop(rx);
}

struct asker {
	struct counter c;
	struct counter other;
	struct cx_op *op;
	int rc;
};

static void ask_again(void *data)
{
	struct asker *a = data;

	a->rc = poll_with(a->op, &a->other);
}

/* The wake of the last sender that goes looks what there is. */
static void ask_in_wake(struct cx_exec *ex)
{
	struct asker a = { .rc = CX_PENDING };
	struct cx_tx *tx;
	struct cx_rx *rx;

	a.c.on_wake = ask_again;
	a.c.data = &a;
	chan_new(ex, &tx, &rx);
	a.op = recv_op(rx);
	wait_with(a.op, &a.c);
	cx_tx_drop(tx);
	if (a.rc == CX_PENDING)
		a.rc = poll_with(a.op, &a.other);
	CHECK(a.rc == CX_CLOSED, "a receive without a sender gave %s",
	      code_word(a.rc));
	cx_op_drop(a.op);
	cx_rx_drop(rx);
}

/* A receive that changes hands, or goes, drops the waker that it kept. */
static void use_in_drop(struct cx_exec *ex, bool goes)
{
	/* it may be kept for longer, which is for E103 to say */
	static struct reentry users[2];
	struct reentry *r = &users[goes];
	static struct counter c;
	struct cx_rx *rx;
	struct cx_op *op;
	int rc;

	r->hook.on_drop = drop_spare;
	r->hook.data = r;
	chan_new(ex, &r->tx, &rx);
	r->spare = cx_tx_clone(r->tx);
	op = recv_op(rx);
	rc = cx_op_poll_with(op, &hook_vt, &r->hook, NULL);
	CHECK(rc == CX_PENDING, "a receive gave %s", code_word(rc));
	if (goes) {
		cx_op_drop(op);
		op = recv_op(rx);
	}
	rc = poll_with(op, &c);
	CHECK(rc == CX_PENDING || r->sent, "a receive gave %s", code_word(rc));
	if (rc == CX_READY) {
		cx_op_drop(op);
		op = recv_op(rx);
		cx_tx_send(r->tx, 1);
	}
	turns(ex, 2);
	drop_spare(r);
	cx_tx_send(r->tx, 1);
	take_two(rx, op, "the drop of a waker sends");
	cx_tx_drop(r->tx);
	cx_rx_drop(rx);
}

static void use_channels(struct cx_exec *ex)
{
	send_in_wake(ex);
	ask_in_wake(ex);
	use_in_drop(ex, false);
	use_in_drop(ex, true);
}

static void e98(void)
{
	static struct vigil v = {
		.is_short = true,
		.what = "the wake of an operation, or the drop of a waker that "
			"it kept, uses what it comes from, and does not come "
			"back",
	};
	struct cx_exec *ex = exec_new();

	vigil_begin(&v);
	for (int goes = 0; goes < 2; goes++) {
		if (cx_caps() & CX_CAP_TIMERS)
			act_in_drop(ex, goes, far_timer, use_timers);
		if (cx_caps() & CX_CAP_IO)
			act_in_drop(ex, goes, quiet_descriptor,
				    use_descriptors);
	}
	if (cx_caps() & CX_CAP_CHANNEL)
		use_channels(ex);
	vigil_end(&v);
	cx_free(ex);
}

/* ---- E99: what is spent, and what is NULL */

enum {
	UNWRITTEN = 77
};

/* OP is polled until it gives LAST, and *out is WRITTEN; then once more. */
static void spend(struct cx_op *op, int last, uint64_t written,
		  const char *what)
{
	static struct counter c; /* some keep a waker for longer */
	uint64_t out = UNWRITTEN;
	int rc = cx_op_poll_with(op, &counter_vt, &c, &out);

	CHECK(rc == last, "%s gave %s, not %s", what, code_word(rc),
	      code_word(last));
	CHECK(out == written, "%s gave %s, and *out is %lu, not %lu", what,
	      code_word(rc), (unsigned long)out, (unsigned long)written);
	for (int i = 0; i < 2; i++) {
		out = UNWRITTEN;
		rc = cx_op_poll_with(op, &counter_vt, &c, &out);
		CHECK(rc == CX_E_INVAL,
		      "%s gave %s, and %s when it was polled "
		      "again, not CX_E_INVAL",
		      what, code_word(last), code_word(rc));
		CHECK(out == UNWRITTEN, "%s was spent, and *out written", what);
	}
	cx_op_drop(op);
}

static void spend_receives(struct cx_exec *ex)
{
	struct counter c = { 0 };
	uint64_t out = UNWRITTEN;
	struct cx_tx *tx;
	struct cx_rx *rx;
	struct cx_op *op;

	chan_new(ex, &tx, &rx);
	op = recv_op(rx);
	CHECK(cx_op_poll_with(op, &counter_vt, &c, &out) == CX_PENDING,
	      "a receive of an empty channel is not PENDING");
	CHECK(out == UNWRITTEN, "a receive that is PENDING wrote *out");
	cx_tx_send(tx, 5);
	spend(op, CX_READY, 5, "a receive");
	cx_tx_drop(tx);
	spend(recv_op(rx), CX_CLOSED, UNWRITTEN, "a receive");
	cx_tx_drop(NULL);
	cx_rx_drop(rx);
	cx_rx_drop(NULL);
}

/* An error ends an operation, as READY does; and who waits waits for something.
 */
static void spend_errors(struct cx_exec *ex)
{
	static struct counter c;
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct cx_op *op = cx_fd_ready(ex, file, CX_READABLE);
	int fds[2];

	if (op && poll_with(op, &c) < 0) {
		int rc = poll_with(op, &c);

		CHECK(rc == CX_E_INVAL,
		      "a wait for a file gave an error, and %s when it was "
		      "polled again, not CX_E_INVAL",
		      code_word(rc));
	}
	cx_op_drop(op);
	close(file);
	pair_open(fds);
	CHECK(!cx_fd_ready(ex, fds[0], 0),
	      "a wait with no interest at all was made");
	pair_close(fds);
}

/* Other operations take the room that a receive had. */
static void reuse_room(struct cx_exec *ex)
{
	static struct counter c;
	struct cx_tx *tx;
	struct cx_rx *rx;
	int fds[2];

	pair_open(fds);
	chan_new(ex, &tx, &rx);
	for (int i = 0; i < 2000; i++) {
		struct cx_op *op = recv_op(rx);

		wait_with(op, &c);
		cx_op_drop(op);
		op = ready_op(ex, fds[0], CX_READABLE);
		wait_with(op, &c);
		cx_op_drop(op);
		/* who wrote beyond the end of a block is told by malloc */
		cx_tx_drop(cx_tx_clone(tx));
		if (i % 100 == 0)
			turns(ex, 1);
	}
	cx_tx_drop(tx);
	cx_rx_drop(rx);
	pair_close(fds);
}

/* Time goes on within a poll. */
static int step_looks_twice(struct probe *p, struct cx_ctx *cx)
{
	uint64_t before = cx_now(p->ex);
	uint64_t after;

	(void)cx;
	doze(10 * MS);
	after = cx_now(p->ex);
	CHECK(after >= before + 10 * MS,
	      "cx_now went on by %lu us in a poll of 10 ms",
	      (unsigned long)(after - before) / 1000);
	return CX_READY;
}

static void e99(void)
{
	struct cx_exec *ex = exec_new();
	struct probe looks = { .step = step_looks_twice };

	cx_op_drop(NULL);
	if (cx_caps() & CX_CAP_TIMERS) {
		struct cx_op *op = sleep_op(ex, cx_now(ex) + MS);

		sleep_for(ex, 3 * MS);
		spend(op, CX_READY, 0, "a timer");
		probe_block_on(ex, &looks);
	}
	if (cx_caps() & CX_CAP_CHANNEL)
		spend_receives(ex);
	if (cx_caps() & CX_CAP_IO)
		spend_errors(ex);
	if (cx_caps() & CX_CAP_CHANNEL && cx_caps() & CX_CAP_IO)
		reuse_room(ex);
	cx_free(ex);
}

/* ---- E100: timers and stalled runs */

/* More than any batch, beside a timer that is due in a moment. */
static void check_many_stalled(void)
{
	struct cx_exec *ex = exec_new();
	static struct probe many[300];
	struct probe soon = { .step = step_await };
	uint64_t polls = 0;

	for (int i = 0; i < 300; i++) {
		many[i] = (struct probe){ .step = step_ready };
		probe_spawn(ex, &many[i]);
	}
	CHECK(cx_run_until_stalled(ex, NULL) == CX_OK, "a stalled run failed");
	for (int i = 0; i < 300; i++)
		CHECK(many[i].drops == 1,
		      "a stalled run left %d of 300 tasks that could run",
		      300 - i);
	soon.op = sleep_op(ex, cx_now(ex) + 900000);
	probe_spawn(ex, &soon);
	CHECK(cx_run_until_stalled(ex, &polls) == CX_OK,
	      "a stalled run failed");
	CHECK(polls < 20,
	      "a stalled run polled %lu times a task that waits for a timer",
	      (unsigned long)polls);
	exec_run(ex);
	cx_free(ex);
}

/* One that is due behind others that were due and have been dropped. */
static void check_behind_dropped(void)
{
	struct cx_exec *ex = exec_new();
	struct counter c[5] = { { 0 } };
	struct probe p = { .step = step_await };
	struct cx_op *ops[5];
	uint64_t at = cx_now(ex) + 20 * MS;

	for (int i = 0; i < 5; i++) {
		ops[i] = sleep_op(ex, at + (uint64_t)i * 1000);
		poll_with(ops[i], &c[i]);
	}
	p.op = sleep_op(ex, at + MS);
	probe_spawn(ex, &p);
	CHECK(cx_run_until_stalled(ex, NULL) == CX_OK, "a stalled run failed");
	for (int i = 0; i < 5; i++)
		cx_op_drop(ops[i]);
	doze(40 * MS);
	for (int i = 0; i < 3 && !p.drops; i++) {
		CHECK(cx_run_until_stalled(ex, NULL) == CX_OK,
		      "a stalled run failed");
		/* a thread that keeps the timers has told it by now */
		doze(5 * MS);
	}
	CHECK(p.drops == 1,
	      "a timer that is due behind five that were dropped has not fired "
	      "in three stalled runs");
	cx_free(ex);
}

static void e100(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[3] = { { 0 } };

	for (int i = 0; i < 3; i++) {
		p[i].step = step_await;
		p[i].op = sleep_op(ex, cx_now(ex) + (uint64_t)(i + 1) * 5 * MS);
		probe_spawn(ex, &p[i]);
	}
	CHECK(cx_run_until_stalled(ex, NULL) == CX_OK, "a stalled run failed");
	doze(30 * MS);
	/* where timers have a thread of their own, that may be late */
	for (int i = 0; i < 100; i++) {
		CHECK(cx_run_until_stalled(ex, NULL) == CX_OK,
		      "a stalled run failed");
		if (p[0].drops && p[1].drops && p[2].drops)
			break;
		doze(2 * MS);
	}
	for (int i = 0; i < 3; i++)
		CHECK(p[i].drops == 1,
		      "a timer of %d ms has not fired after 230 ms, in which "
		      "cx_run_until_stalled was called a hundred times",
		      (i + 1) * 5);
	cx_free(ex);
	check_many_stalled();
	check_behind_dropped();
}

const struct statement rule_statements[] = {
	{ "E98", 'K', false, 0, e98 },
	{ "E99", 'K', true, 0, e99 },
	{ "E100", 'K', false, CX_CAP_TIMERS | CX_CAP_STALLED, e100 },
	{ 0 },
};
