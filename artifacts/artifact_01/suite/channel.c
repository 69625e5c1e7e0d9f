/* E79 and E80: the channel. */
#include <stdlib.h>

#include "ambush.h"
#include "io.h"
#include "meet.h"
#include "parts.h"

enum {
	SENDERS = 3,
	ITEMS = 2000
};

static int recv_with(struct cx_rx *rx, struct counter *c, uint64_t *item)
{
	struct cx_op *op = recv_op(rx);
	int rc;

	rc = cx_op_poll_with(op, &counter_vt, c, item);
	cx_op_drop(op);
	return rc;
}

struct inlet {
	struct cx_tx *tx;
	uint64_t who;
};

static void *send_all(void *data)
{
	struct inlet *in = data;

	for (uint64_t i = 0; i < ITEMS; i++) {
		int rc = cx_tx_send(in->tx, in->who << 32 | i);

		CHECK(rc == CX_OK, "cx_tx_send gave %s", code_word(rc));
		if (i % 500 == 0)
			doze(MS);
	}
	cx_tx_drop(in->tx);
	return NULL;
}

struct outlet {
	struct cx_rx *rx;
	uint64_t next[SENDERS];
	long got;
};

/* Takes all that comes until the channel closes. */
static int step_drain(struct probe *p, struct cx_ctx *cx)
{
	struct outlet *out = p->data;

	for (;;) {
		uint64_t item = 0;
		int rc;

		if (!p->op)
			p->op = cx_rx_recv(out->rx);
		CHECK(p->op, "cx_rx_recv gave NULL");
		rc = cx_op_poll(p->op, cx, &item);
		if (rc == CX_PENDING)
			return rc;
		cx_op_drop(p->op);
		p->op = NULL;
		if (rc == CX_CLOSED)
			return CX_READY;
		CHECK(rc == CX_READY, "a receive gave %s", code_word(rc));
		CHECK(item >> 32 < SENDERS &&
			      (uint32_t)item == out->next[item >> 32]++,
		      "items of one sender arrive out of order, or are lost");
		out->got++;
	}
}

static void e79_threads(struct cx_exec *ex)
{
	struct outlet out = { 0 };
	struct probe p = { .step = step_drain, .data = &out };
	struct inlet in[SENDERS];
	pthread_t threads[SENDERS];
	struct cx_tx *tx;

	chan_new(ex, &tx, &out.rx);
	for (uint64_t i = 0; i < SENDERS; i++) {
		in[i] = (struct inlet){ cx_tx_clone(tx), i };
		CHECK(in[i].tx, "cx_tx_clone gave NULL");
		threads[i] = thread_start(send_all, &in[i]);
	}
	cx_tx_drop(tx);
	probe_block_on(ex, &p);
	CHECK(out.got == SENDERS * ITEMS, "%ld of %d items arrived", out.got,
	      SENDERS * ITEMS);
	for (int i = 0; i < SENDERS; i++)
		thread_join(threads[i]);
	cx_rx_drop(out.rx);
}

/*
 * An item comes just when the receive has looked and is about to wait.  One
 * that misses it sleeps for ever.
 */
struct ambushed {
	struct ambush ambush;
	struct cx_tx *tx;
	struct cx_rx *rx;
};

static void send_round(void *data, long round)
{
	cx_tx_send(((struct ambushed *)data)->tx, (uint64_t)round);
}

static int step_ask(struct probe *p, struct cx_ctx *cx)
{
	struct ambushed *a = p->data;

	for (;;) {
		uint64_t item = 0;
		int rc;

		if (!p->op) {
			if (!ambush_next(&a->ambush))
				return CX_READY;
			p->op = cx_rx_recv(a->rx);
		}
		rc = cx_op_poll(p->op, cx, &item);
		if (rc == CX_PENDING)
			return rc;
		CHECK(rc == CX_READY && item == (uint64_t)a->ambush.round,
		      "a receive gave %s", code_word(rc));
		cx_op_drop(p->op);
		p->op = NULL;
	}
}

static void receive_in_ambush(struct cx_exec *ex)
{
	struct ambushed a = {
		.ambush = { .act = send_round, .data = &a, .late = 511 }
	};
	struct probe p = { .step = step_ask, .data = &a };

	chan_new(ex, &a.tx, &a.rx);
	ambush_begin(&a.ambush, 600);
	probe_block_on(ex, &p);
	ambush_end(&a.ambush);
	cx_tx_drop(a.tx);
	cx_rx_drop(a.rx);
}

static void closes_while_it_waits(struct cx_exec *ex)
{
	struct counter c = { 0 };
	struct cx_op *op;
	struct cx_tx *tx;
	struct cx_rx *rx;
	int rc;

	chan_new(ex, &tx, &rx);
	op = cx_rx_recv(rx);
	CHECK(op && poll_with(op, &c) == CX_PENDING, "not pending");
	cx_tx_drop(tx);
	CHECK(c.wakes > 0, "the last sender went, and the receive sleeps on");
	rc = poll_with(op, &c);
	CHECK(rc == CX_CLOSED, "a receive without a sender gave %s",
	      code_word(rc));
	cx_op_drop(op);
	cx_rx_drop(rx);
}

/* One of two senders goes; the other is still there, and is heard. */
static void one_of_two_goes(struct cx_exec *ex)
{
	struct counter c = { 0 };
	struct cx_tx *tx[2];
	struct cx_rx *rx;
	struct cx_op *op;
	uint64_t item = 0;
	int rc;

	chan_new(ex, &tx[0], &rx);
	tx[1] = cx_tx_clone(tx[0]);
	CHECK(tx[1], "cx_tx_clone gave NULL");
	op = recv_op(rx);
	wait_with(op, &c);
	cx_tx_drop(tx[0]);
	if (c.wakes) /* for nothing, which is allowed */
		wait_with(op, &c);
	c.wakes = 0;
	rc = cx_tx_send(tx[1], 9);
	CHECK(rc == CX_OK, "cx_tx_send gave %s", code_word(rc));
	CHECK(c.wakes > 0, "one of two senders went, the other sent, and the "
			   "receive sleeps on");
	rc = cx_op_poll_with(op, &counter_vt, &c, &item);
	CHECK(rc == CX_READY && item == 9, "a receive gave %s, and item %lu",
	      code_word(rc), (unsigned long)item);
	cx_op_drop(op);
	cx_tx_drop(tx[1]);
	cx_rx_drop(rx);
}

enum {
	MANY = 200000,
	CLONES = 200000
};

/* Nobody receives meanwhile: it has no bound. */
static void queue_many(struct cx_exec *ex)
{
	struct counter c = { 0 };
	uint64_t item = 0;
	struct cx_tx *tx;
	struct cx_rx *rx;
	int rc;

	chan_new(ex, &tx, &rx);
	for (uint64_t i = 0; i < MANY; i++) {
		rc = cx_tx_send(tx, i << 32 | i);
		CHECK(rc == CX_OK, "with %lu items queued, cx_tx_send gave %s",
		      (unsigned long)i, code_word(rc));
	}
	for (uint64_t i = 0; i < MANY; i++) {
		rc = recv_with(rx, &c, &item);
		CHECK(rc == CX_READY && item == (i << 32 | i),
		      "%d items were queued; receive %lu gave %s", MANY,
		      (unsigned long)i, code_word(rc));
	}
	cx_tx_drop(tx);
	cx_rx_drop(rx);
}

static void *clone_and_drop(void *data)
{
	for (int i = 0; i < CLONES; i++) {
		struct cx_tx *clone = cx_tx_clone(data);

		CHECK(clone, "cx_tx_clone gave NULL");
		cx_tx_drop(clone);
	}
	cx_tx_drop(data);
	return NULL;
}

/* The count of senders is everybody's. */
static void clone_in_threads(struct cx_exec *ex)
{
	struct counter c = { 0 };
	pthread_t threads[2];
	struct cx_tx *tx;
	struct cx_rx *rx;
	int rc;

	chan_new(ex, &tx, &rx);
	for (int i = 0; i < 2; i++)
		threads[i] = thread_start(clone_and_drop, cx_tx_clone(tx));
	for (int i = 0; i < 2; i++)
		thread_join(threads[i]);
	rc = recv_with(rx, &c, NULL);
	CHECK(rc == CX_PENDING,
	      "two threads cloned senders and dropped them; one is left, and a "
	      "receive gave %s",
	      code_word(rc));
	cx_tx_drop(tx);
	rc = recv_with(rx, &c, NULL);
	CHECK(rc == CX_CLOSED,
	      "two threads cloned senders and dropped them; none is left, and "
	      "a receive gave %s",
	      code_word(rc));
	cx_rx_drop(rx);
}

/* Whatever is in it: the receiver is gone. */
static void send_to_nobody(struct cx_exec *ex)
{
	for (int queued = 0; queued < 4; queued++) {
		struct cx_tx *other;
		struct cx_tx *tx;
		struct cx_rx *rx;
		int rc;

		chan_new(ex, &tx, &rx);
		other = cx_tx_clone(tx);
		for (int i = 0; i < queued; i++)
			cx_tx_send(tx, 1);
		cx_rx_drop(rx);
		for (int i = 0; i < 4; i++) {
			rc = cx_tx_send(tx, 1);
			CHECK(rc == CX_E_CLOSED,
			      "the receiver was dropped with %d items in the "
			      "channel, and a send gave %s",
			      queued, rc == CX_OK ? "CX_OK" : code_word(rc));
			if (i == 1) {
				cx_tx_drop(other);
				other = NULL;
			}
		}
		cx_tx_drop(tx);
	}
}

static void e79(void)
{
	struct cx_exec *ex = exec_new();
	struct counter c = { 0 };
	uint64_t item = 0;
	struct cx_tx *tx;
	struct cx_rx *rx;
	int rc;

	/* where it can be told what is wrong first, and by chance last */
	receive_meanwhile();
	send_halfway();
	chan_new(ex, &tx, &rx);
	cx_tx_send(tx, 7);
	cx_tx_send(tx, 8);
	cx_tx_drop(tx);
	rc = recv_with(rx, &c, &item);
	CHECK(rc == CX_READY && item == 7, "the first receive gave %s",
	      code_word(rc));
	rc = recv_with(rx, &c, &item);
	CHECK(rc == CX_READY && item == 8, "the second receive gave %s",
	      code_word(rc));
	rc = recv_with(rx, &c, &item);
	CHECK(rc == CX_CLOSED, "a receive without a sender gave %s",
	      code_word(rc));
	cx_rx_drop(rx);
	closes_while_it_waits(ex);
	one_of_two_goes(ex);
	queue_many(ex);
	send_by_many(ex);
	clone_in_threads(ex);
	send_to_nobody(ex);
	e79_threads(ex);
	receive_in_ambush(ex);
	cx_free(ex);
}

static void e80(void)
{
	struct cx_exec *ex = exec_new();
	struct counter a = { 0 };
	struct counter b = { 0 };
	uint64_t item = 0;
	struct cx_op *op;
	struct cx_tx *tx;
	struct cx_rx *rx;
	int rc;

	chan_new(ex, &tx, &rx);
	op = cx_rx_recv(rx);
	CHECK(op && poll_with(op, &a) == CX_PENDING, "not pending");
	cx_tx_send(tx, 42);
	CHECK(a.wakes == 1, "a send woke the receive %d times", a.wakes);
	cx_op_drop(op);
	rc = recv_with(rx, &b, &item);
	CHECK(rc == CX_READY && item == 42,
	      "a dropped receive took the item with it (%d)", rc);
	/* and one that was dropped while it waited */
	op = cx_rx_recv(rx);
	CHECK(op && poll_with(op, &a) == CX_PENDING, "not pending");
	cx_op_drop(op);
	op = cx_rx_recv(rx);
	CHECK(op && poll_with(op, &b) == CX_PENDING, "not pending");
	cx_tx_send(tx, 43);
	CHECK(b.wakes == 1, "a send woke a receive that is gone");
	rc = cx_op_poll_with(op, &counter_vt, &b, &item);
	CHECK(rc == CX_READY && item == 43, "the item is lost (%d)", rc);
	cx_op_drop(op);
	/* and one that changed hands */
	a.wakes = b.wakes = 0;
	op = cx_rx_recv(rx);
	CHECK(op && poll_with(op, &a) == CX_PENDING, "not pending");
	CHECK(poll_with(op, &b) == CX_PENDING, "not pending");
	cx_tx_send(tx, 44);
	CHECK(a.wakes == 0 && b.wakes == 1,
	      "a send woke the waker of an earlier poll");
	rc = cx_op_poll_with(op, &counter_vt, &b, &item);
	CHECK(rc == CX_READY && item == 44, "the item is lost (%d)", rc);
	cx_op_drop(op);
	cx_tx_drop(tx);
	cx_rx_drop(rx);
	turns(ex, 2);
	CHECK(a.clones == a.drops && b.clones == b.drops,
	      "clones of wakers are left");
	cx_free(ex);
	forget_meanwhile();
}

const struct statement channel_statements[] = {
	{ "E79", 'K', true, CX_CAP_CHANNEL, e79 },
	{ "E80", 'L', true, CX_CAP_CHANNEL, e80 },
	{ 0 },
};
