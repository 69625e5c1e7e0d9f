/* E79, E80: an item, or the end of a channel, comes when one of two is held. */
#include "io.h"
#include "meet.h"
#include "parts.h"

/* ---- the loop is held, in a receive */

struct intake {
	struct meeting m;
	struct cx_exec *ex;
	struct probe main;
	struct cx_tx *tx;
	struct cx_rx *rx;
};

static void open_channel(struct intake *in)
{
	chan_new(in->ex, &in->tx, &in->rx);
}

static void act_send(struct meeting *m)
{
	struct intake *in = m->data;
	int rc = cx_tx_send(in->tx, (uint64_t)m->round);

	CHECK(rc == CX_OK, "cx_tx_send gave %s", call_word(rc));
}

static void act_close(struct meeting *m)
{
	cx_tx_drop(((struct intake *)m->data)->tx);
}

/* One item, and that was all. */
static void act_send_last(struct meeting *m)
{
	act_send(m);
	act_close(m);
}

/* The channel has closed: there is nothing more, now and later. */
static void check_closed(struct intake *in)
{
	static struct counter c; /* some keep a waker for longer */
	struct cx_op *op = recv_op(in->rx);
	int rc;

	steps_off(&in->m.steps);
	meeting_await(&in->m);
	rc = poll_with(op, &c);
	CHECK(rc == CX_CLOSED,
	      "the last sender sent an item and went, when the receiver was "
	      "%s; the item came, and after it a receive gave %s",
	      steps_place(&in->m.steps), code_word(rc));
	cx_op_drop(op);
}

/* Held from the receive's poll on, to its sleep. */
static int step_receive(struct probe *p, struct cx_ctx *cx)
{
	struct intake *in = p->data;
	bool closes = in->m.act == act_close;
	bool fresh = in->m.act != act_send;
	uint64_t item = 0;
	int rc;

	for (;;) {
		if (!p->op) {
			if (!meeting_next(&in->m))
				return CX_READY;
			if (fresh)
				open_channel(in);
			p->op = recv_op(in->rx);
			steps_on(&in->m.steps);
		}
		rc = cx_op_poll(p->op, cx, &item);
		if (rc == CX_PENDING)
			return rc;
		CHECK(closes ? rc == CX_CLOSED
			     : rc == CX_READY && item == (uint64_t)in->m.round,
		      "%s when the loop was %s, and a receive gave %s, and "
		      "item %lu",
		      in->m.what, steps_place(&in->m.steps), code_word(rc),
		      (unsigned long)item);
		steps_off(&in->m.steps);
		cx_op_drop(p->op);
		p->op = NULL;
		if (in->m.act == act_send_last)
			check_closed(in);
		if (fresh)
			cx_rx_drop(in->rx);
	}
}

static void receive(void (*act)(struct meeting *m), const char *what)
{
	static struct intake in;

	in = (struct intake){
		.m = { .act = act, .what = what, .data = &in },
		.ex = exec_new(),
		.main = { .step = step_receive, .data = &in },
	};
	if (act == act_send)
		open_channel(&in);
	meeting_begin(&in.m);
	probe_block_on(in.ex, &in.main);
	meeting_end(&in.m);
	if (act == act_send) {
		cx_tx_drop(in.tx);
		cx_rx_drop(in.rx);
	}
	cx_free(in.ex);
}

void receive_meanwhile(void)
{
	if (!steps_possible())
		return;
	receive(act_send, "an item was sent");
	receive(act_close, "the last sender went");
	receive(act_send_last, "the last sender sent an item and went");
}

/* A receive that is dropped while an item is on its way leaves it there. */
void forget_meanwhile(void)
{
	static struct intake in;
	struct counter c = { 0 };

	if (!steps_possible())
		return;
	in = (struct intake){ .m = { .act = act_send, .data = &in },
			      .ex = exec_new() };
	open_channel(&in);
	meeting_begin(&in.m);
	while (meeting_next(&in.m)) {
		struct probe next = { .step = step_await };
		struct cx_op *op = recv_op(in.rx);

		wait_with(op, &c);
		steps_on(&in.m.steps);
		cx_op_drop(op);
		steps_off(&in.m.steps);
		meeting_await(&in.m);
		next.op = cx_rx_recv(in.rx);
		probe_block_on(in.ex, &next);
		CHECK(next.n == in.m.round,
		      "a receive was dropped, and item %ld is lost",
		      (long)in.m.round);
	}
	meeting_end(&in.m);
	cx_tx_drop(in.tx);
	cx_rx_drop(in.rx);
	CHECK(c.clones == c.drops, "%d clones of a waker, and %d dropped",
	      c.clones, c.drops);
	cx_free(in.ex);
}

/* ---- the other thread is held, in a send or in its end */

struct flow {
	struct halfway h;
	struct cx_tx *tx[3];
	struct cx_rx *rx;
	struct cx_op *op;
	struct counter c;
	int items; /* that are sent in a round */
	int got;
	bool alone;  /* one sender from the beginning */
	bool closed; /* already, when the loop asked in the middle */
};

static struct cx_tx *clone_tx(struct cx_tx *tx)
{
	struct cx_tx *clone = cx_tx_clone(tx);

	CHECK(clone, "cx_tx_clone gave NULL");
	return clone;
}

static void set_up_flow(struct halfway *h)
{
	struct flow *f = h->data;

	chan_new(h->ex, &f->tx[0], &f->rx);
	f->tx[1] = f->tx[2] = NULL;
	if (!f->alone)
		f->tx[1] = clone_tx(f->tx[0]);
	f->op = NULL;
	f->got = 0;
	f->closed = false;
}

static void send_one(struct flow *f, int which)
{
	int rc = cx_tx_send(f->tx[which], (uint64_t)which + 1);

	CHECK(rc == CX_OK, "cx_tx_send gave %s", call_word(rc));
}

static void act_send_one(struct halfway *h)
{
	send_one(h->data, 0);
}

static void act_go(struct halfway *h)
{
	struct flow *f = h->data;

	cx_tx_drop(f->tx[0]);
	f->tx[0] = NULL;
}

static void act_send_and_go(struct halfway *h)
{
	act_send_one(h);
	act_go(h);
}

static void act_clone(struct halfway *h)
{
	struct flow *f = h->data;

	f->tx[2] = clone_tx(f->tx[0]);
}

static void clone_and_drop(struct halfway *h)
{
	struct flow *f = h->data;

	cx_tx_drop(clone_tx(f->tx[1]));
}

static void clone_other_and_go(struct halfway *h)
{
	struct flow *f = h->data;
	struct cx_tx *clone = clone_tx(f->tx[1]);

	cx_tx_drop(f->tx[1]);
	f->tx[1] = clone;
}

static void send_other(struct halfway *h)
{
	send_one(h->data, 1);
}

static void go_other(struct halfway *h)
{
	struct flow *f = h->data;

	cx_tx_drop(f->tx[1]);
	f->tx[1] = NULL;
}

/* What a poll gives, in F->got; false: it is pending. */
static bool ask_once(struct flow *f, bool *closed)
{
	int rc = poll_with(f->op, &f->c);

	if (rc == CX_PENDING)
		return false;
	CHECK(rc == CX_READY || rc == CX_CLOSED, "a receive gave %s",
	      code_word(rc));
	cx_op_drop(f->op);
	f->op = NULL;
	f->got += rc == CX_READY;
	*closed = rc == CX_CLOSED;
	return true;
}

static void next_ask(struct flow *f)
{
	f->op = recv_op(f->rx);
}

/* It may come too early for what is on its way. */
static void ask(struct halfway *h)
{
	struct flow *f = h->data;
	bool closed;

	f->c = (struct counter){ 0 };
	next_ask(f);
	f->closed = ask_once(f, &closed) && closed;
}

static void go_other_and_ask(struct halfway *h)
{
	go_other(h);
	ask(h);
}

/* A clone on its way while others go: who is left keeps it open. */
static void check_open(struct flow *f)
{
	static struct counter c;
	struct cx_op *op = recv_op(f->rx);
	int rc = poll_with(op, &c);

	CHECK(rc == CX_PENDING,
	      "senders were cloned and dropped when the thread that clones "
	      "was %s: some are left, and a receive gave %s",
	      steps_place(&f->h.steps), code_word(rc));
	cx_op_drop(op);
}

static void check_flow(struct halfway *h)
{
	struct flow *f = h->data;
	bool closed = false;

	CHECK(!f->closed || f->got == f->items,
	      "a receive gave CLOSED when the thread that sends, and then "
	      "lets go, was %s; an item was in the channel",
	      steps_place(&h->steps));
	if (f->op) {
		CHECK(f->c.wakes > 0,
		      "a receive that waits was not woken: it began to wait "
		      "when the thread that sends, or lets go, was %s",
		      steps_place(&h->steps));
		CHECK(ask_once(f, &closed), "woken, and not READY");
	}
	/* who cloned last goes last: all the others are gone by then */
	for (int i = 0; i < 3; i++) {
		if (f->tx[2])
			check_open(f);
		cx_tx_drop(f->tx[i]);
	}
	while (!closed) {
		next_ask(f);
		CHECK(ask_once(f, &closed),
		      "the senders are gone, of which one was %s meanwhile, "
		      "and a receive is pending",
		      steps_place(&h->steps));
	}
	CHECK(f->got == f->items, "%d of %d items arrived", f->got, f->items);
	cx_rx_drop(f->rx);
}

void send_halfway(void)
{
	static const struct {
		void (*act)(struct halfway *h);
		void (*meanwhile)(struct halfway *h);
		int items;
		bool alone;
	} cases[] = {
		{ act_send_one, send_other, 2, false },
		{ act_send_one, ask, 1, false },
		{ act_send_one, go_other, 1, false },
		{ act_go, go_other_and_ask, 0, false },
		{ act_go, ask, 0, true },
		{ act_send_and_go, ask, 1, true },
		{ act_clone, clone_and_drop, 0, false },
		{ act_clone, clone_other_and_go, 0, false },
		{ act_go, clone_and_drop, 0, false },
	};
	static struct flow f;

	f = (struct flow){ .h = { .before = set_up_flow,
				  .after = check_flow,
				  .ex = exec_new(),
				  .data = &f } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f.h.act = cases[i].act;
		f.h.meanwhile = cases[i].meanwhile;
		f.items = cases[i].items;
		f.alone = cases[i].alone;
		halfway_try(&f.h);
	}
	cx_free(f.h.ex);
}
