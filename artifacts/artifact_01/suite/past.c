/* E103: what is over or gone keeps nothing. */
#include "parts.h"

/* A receive that goes, or changes hands, is no business of a later send. */
static void forget_waker(struct cx_exec *ex, bool goes)
{
	static struct counter c;
	struct counter old = { 0 };
	struct cx_tx *tx;
	struct cx_rx *rx;
	struct cx_op *op;

	chan_new(ex, &tx, &rx);
	op = recv_op(rx);
	wait_with(op, &old);
	if (goes)
		cx_op_drop(op);
	else
		wait_with(op, &c);
	turns(ex, 2);
	CHECK(old.clones == old.drops,
	      "a receive was %s, and a turn later the waker that it kept is "
	      "not dropped",
	      goes ? "dropped" : "polled with another waker");
	cx_tx_send(tx, 1);
	CHECK(old.wakes == 0,
	      "a send woke by a waker that the receive no longer keeps");
	if (!goes)
		cx_op_drop(op);
	cx_tx_drop(tx);
	cx_rx_drop(rx);
}

/* Either end goes first, with items, and an executor with a receive of it. */
static void come_and_go(int round)
{
	struct cx_exec *ex = exec_new();
	struct cx_tx *tx;
	struct cx_rx *rx;

	chan_new(ex, &tx, &rx);
	for (int i = 0; i < round % 40; i++)
		cx_tx_send(tx, 1);
	cx_op_drop(recv_op(rx));
	if (round % 2)
		cx_tx_drop(tx);
	cx_rx_drop(rx);
	if (round % 4 == 2)
		cx_free(ex);
	if (round % 2 == 0)
		cx_tx_drop(tx);
	if (round % 4 != 2)
		cx_free(ex);
}

static void leave_channels(void)
{
	int64_t blocks;

	for (int i = 0; i < 12; i++)
		come_and_go(i);
	blocks = counts_now().blocks;
	for (int i = 0; i < 100; i++)
		come_and_go(i);
	blocks = counts_now().blocks - blocks;
	CHECK(blocks < 20,
	      "100 channels came and went, and left %d blocks of memory behind",
	      (int)blocks);
}

static void e103(void)
{
	struct cx_exec *ex = exec_new();

	end_at_once(ex);
	if (cx_caps() & CX_CAP_CHANNEL) {
		discard_many(ex);
		leave_channels();
		forget_waker(ex, false);
		forget_waker(ex, true);
	}
	cx_free(ex);
}

const struct statement past_statements[] = {
	{ "E103", 'K', false, 0, e103 },
	{ 0 },
};
