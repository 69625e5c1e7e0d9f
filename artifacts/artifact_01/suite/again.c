/*
 * Parts of statements: descriptors that are waited for again right after they
 * were ready, for which a reactor may have a way of its own; and events that
 * come together with a wake.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "io.h"
#include "parts.h"

/* No callback of C: another thread may be inside it when this returns. */
static int step_until_woken(struct probe *p, struct cx_ctx *cx)
{
	const struct counter *c = p->data;

	if (c->wakes > 0)
		return CX_READY;
	CHECK(p->n++ < 3000, "who waits was not woken in three seconds");
	return pause_a_while(cx);
}

void await_wake(struct cx_exec *ex, struct counter *c)
{
	struct probe main = { .step = step_until_woken, .data = c };

	probe_block_on(ex, &main);
}

static void last_wakes_main(struct probe *p)
{
	if (p->peer->has_kept)
		cx_waker_wake_by_ref(&p->peer->kept);
}

static int step_until_dropped(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->peer->drops ? CX_READY : CX_PENDING;
}

void await_drop(struct cx_exec *ex, struct probe *p)
{
	struct probe main = { .step = step_until_dropped,
			      .peer = p,
			      .keeps = true };

	p->peer = &main;
	p->last = last_wakes_main;
	probe_block_on(ex, &main);
	p->last = NULL;
	probe_forget(&main);
}

/* ---- E61 */

struct both {
	struct counter c[2];
	struct cx_op *op[2]; /* to read, to write */
	int fds[2];
};

/* Is told of data, reads them, and in the same poll waits both ways. */
static int step_both(struct probe *p, struct cx_ctx *cx)
{
	struct both *b = p->data;
	int rc = cx_op_poll(p->op, cx, NULL);
	char byte;

	if (rc == CX_PENDING)
		return rc;
	CHECK(rc == CX_READY, "waiting for data gave %s", code_word(rc));
	cx_op_drop(p->op);
	p->op = NULL;
	while (read(b->fds[0], &byte, 1) == 1)
		;
	for (int i = 0; i < 2; i++) {
		b->op[i] = ready_op(p->ex, b->fds[0],
				    i == 0 ? CX_READABLE : CX_WRITABLE);
		poll_pending(b->op[i], &b->c[i],
			     "a socket with neither data nor room");
	}
	return CX_READY;
}

/* LATE: what they wait for comes after many turns.  FIRST: for which. */
void wait_both_again(bool late, int first)
{
	struct cx_exec *ex = exec_new();
	struct both b = { 0 };
	struct probe p = { .step = step_both, .data = &b };
	struct probe task[2];

	pair_open(b.fds);
	fill(b.fds[0]);
	p.op = ready_op(ex, b.fds[0], CX_READABLE);
	put_bytes(b.fds[1], 1);
	probe_block_on(ex, &p);
	if (late)
		turns(ex, 3000);
	for (int i = 0; i < 2; i++) {
		task[i] = (struct probe){ .step = step_await, .op = b.op[i] };
		probe_spawn(ex, &task[i]);
	}
	turns(ex, 2);
	for (int i = 0; i < 2; i++) {
		if (i == first)
			put_bytes(b.fds[1], 1);
		else
			drain(b.fds[1]);
		await_drop(ex, &task[i ^ first]);
	}
	pair_close(b.fds);
	cx_free(ex);
}

/* ---- E52 */

struct nap_beside {
	struct cx_op *wait; /* for data, which do not come */
	int fds[2];
	uint64_t ns;
};

static int step_nap_beside(struct probe *p, struct cx_ctx *cx)
{
	struct nap_beside *n = p->data;
	char byte;
	int rc;

	if (!n->wait) {
		rc = cx_op_poll(p->op, cx, NULL);
		if (rc == CX_PENDING)
			return rc;
		cx_op_drop(p->op);
		if (read(n->fds[0], &byte, 1) != 1)
			skip_because("cannot read from a socket");
		n->wait = ready_op(p->ex, n->fds[0], CX_READABLE);
		p->op = cx_sleep_until(p->ex, cx_now(p->ex) + n->ns);
		CHECK(p->op, "cx_sleep_until gave NULL");
	}
	cx_op_poll(n->wait, cx, NULL);
	rc = cx_op_poll(p->op, cx, NULL);
	if (rc == CX_PENDING)
		return rc;
	cx_op_drop(n->wait);
	return CX_READY;
}

/* COUNT sleeps that are no whole milliseconds, each after data. */
void sleep_beside_data(struct cx_exec *ex, unsigned int count)
{
	struct nap_beside n = { 0 };

	pair_open(n.fds);
	for (unsigned int i = 0; i < count; i++) {
		struct probe p = { .step = step_nap_beside, .data = &n };

		n.ns = 300000 + i * 70001;
		n.wait = NULL;
		p.op = ready_op(ex, n.fds[0], CX_READABLE);
		put_bytes(n.fds[1], 1);
		probe_block_on(ex, &p);
	}
	pair_close(n.fds);
}

/* ---- E66 */

enum {
	READERS = 8
};

struct rush {
	struct probe callee;
	struct probe reader[READERS];
	int fds[READERS];
};

/* The wake first: its ring is in front of the events, in one batch. */
static void *rush(void *data)
{
	struct rush *r = data;

	doze(MS);
	cx_waker_wake_by_ref(&r->callee.kept);
	for (int i = 0; i < READERS; i++)
		eventfd_write(r->fds[i], 1);
	return NULL;
}

void ring_among_events(void)
{
	struct cx_exec *ex = exec_new();

	for (int round = 0; round < 40; round++) {
		struct rush r = { .callee = { .step = step_second,
					      .keeps = true } };
		pthread_t thread;

		for (int i = 0; i < READERS; i++) {
			r.fds[i] = eventfd(0, EFD_NONBLOCK);
			r.reader[i].step = step_await;
			r.reader[i].op = ready_op(ex, r.fds[i], CX_READABLE);
			probe_spawn(ex, &r.reader[i]);
		}
		probe_spawn(ex, &r.callee);
		turns(ex, 2);
		thread = thread_start(rush, &r);
		exec_run(ex);
		thread_join(thread);
		probe_forget(&r.callee);
		for (int i = 0; i < READERS; i++)
			close(r.fds[i]);
	}
	cx_free(ex);
}
