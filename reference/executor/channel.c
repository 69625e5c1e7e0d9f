/*
 * The channel: a growing ring of items behind a lock, and the waker of the
 * one who waits for them.
 *
 * Wakers are code of the suite, which may call back into the channel: they
 * are taken out under the lock, and cloned, woken and dropped outside it.
 */
#include <pthread.h>
#include <stdlib.h>

#include "exec.h"
#include "op.h"

/*
 * What both ends share.  A sender's handle is a count of it, so that cloning
 * one takes no memory.
 */
struct cx_tx {
	_Atomic uint64_t refs; /* senders, and one for the receiver */
	pthread_mutex_t lock;

	/* under the lock */
	uint64_t senders;
	bool has_receiver;
	struct waker waiting;
	uint64_t *items;
	size_t first;
	size_t count;
	size_t room; /* a power of two, or 0 */
};

struct cx_rx {
	struct cx_tx *chan;
	struct cx_exec *ex;
};

struct receive {
	struct cx_op op;
	struct cx_tx *chan;
	bool counted; /* in receives of the executor */
};

enum {
	FIRST_ROOM = 8
};

static void chan_unref(struct cx_tx *chan)
{
	/* E: pairs with itself; the last one comes after all the others */
	if (atomic_fetch_sub_explicit(&chan->refs, 1, memory_order_acq_rel) > 1)
		return;
	pthread_mutex_destroy(&chan->lock);
	free(chan->items);
	free(chan);
}

int cx_chan(struct cx_exec *ex, struct cx_tx **tx, struct cx_rx **rx)
{
	struct cx_tx *chan = calloc(1, sizeof(*chan));
	struct cx_rx *end = malloc(sizeof(*end));

	if (!chan || !end || pthread_mutex_init(&chan->lock, NULL) != 0) {
		free(chan);
		free(end);
		return CX_E_SYS;
	}
	atomic_init(&chan->refs, 2);
	chan->senders = 1;
	chan->has_receiver = true;
	*end = (struct cx_rx){ .chan = chan, .ex = ex };
	*tx = chan;
	*rx = end;
	return CX_OK;
}

/* ---- senders */

struct cx_tx *cx_tx_clone(struct cx_tx *tx)
{
	/* relaxed: who has a reference may make another, nothing is read */
	atomic_fetch_add_explicit(&tx->refs, 1, memory_order_relaxed);
	pthread_mutex_lock(&tx->lock);
	tx->senders++;
	pthread_mutex_unlock(&tx->lock);
	return tx;
}

static bool grow(struct cx_tx *chan)
{
	size_t room = chan->room ? 2 * chan->room : FIRST_ROOM;
	uint64_t *items = calloc(room, sizeof(*items));

	if (!items)
		return false;
	for (size_t i = 0; i < chan->count; i++)
		items[i] = chan->items[(chan->first + i) & (chan->room - 1)];
	free(chan->items);
	chan->items = items;
	chan->room = room;
	chan->first = 0;
	return true;
}

static int put(struct cx_tx *chan, uint64_t item)
{
	if (!chan->has_receiver)
		return CX_E_CLOSED;
	if (chan->count == chan->room && !grow(chan))
		return CX_E_SYS;
	chan->items[(chan->first + chan->count) & (chan->room - 1)] = item;
	chan->count++;
	return CX_OK;
}

static struct waker take_waker(struct cx_tx *chan)
{
	struct waker w = chan->waiting;

	chan->waiting = (struct waker){ 0 };
	return w;
}

int cx_tx_send(struct cx_tx *tx, uint64_t item)
{
	struct waker w = { 0 };
	int rc;

	pthread_mutex_lock(&tx->lock);
	rc = put(tx, item);
	if (rc == CX_OK)
		w = take_waker(tx);
	pthread_mutex_unlock(&tx->lock);
	waker_wake(&w);
	return rc;
}

void cx_tx_drop(struct cx_tx *tx)
{
	struct waker w = { 0 };

	if (!tx)
		return;
	pthread_mutex_lock(&tx->lock);
	if (--tx->senders == 0)
		w = take_waker(tx);
	pthread_mutex_unlock(&tx->lock);
	waker_wake(&w);
	chan_unref(tx);
}

/* ---- the receiver */

static int get(struct cx_tx *chan, uint64_t *item)
{
	if (chan->count == 0)
		return chan->senders ? CX_PENDING : CX_CLOSED;
	*item = chan->items[chan->first];
	chan->first = (chan->first + 1) & (chan->room - 1);
	chan->count--;
	return CX_READY;
}

static int receive_poll(struct cx_op *op, const struct waker *w,
			uint64_t *value)
{
	struct receive *receive = (struct receive *)op;
	struct cx_tx *chan = receive->chan;
	struct waker spare = { 0 };
	int rc;

	/* before the look, for there must be no gap between it and waiting */
	waker_keep(&spare, w);
	pthread_mutex_lock(&chan->lock);
	rc = get(chan, value);
	if (rc == CX_PENDING) {
		struct waker old = chan->waiting;

		chan->waiting = spare;
		spare = old;
	}
	pthread_mutex_unlock(&chan->lock);
	waker_drop(&spare);
	if (rc == CX_PENDING && !receive->counted) {
		receive->counted = true;
		op->ex->receives++;
	}
	return rc;
}

static void receive_end(struct cx_op *op)
{
	struct receive *receive = (struct receive *)op;
	struct waker w;

	if (!receive->counted)
		return;
	receive->counted = false;
	op->ex->receives--;
	pthread_mutex_lock(&receive->chan->lock);
	w = take_waker(receive->chan);
	pthread_mutex_unlock(&receive->chan->lock);
	waker_drop(&w);
}

static const struct op_kind receive_kind = {
	.poll = receive_poll,
	.end = receive_end,
};

struct cx_op *cx_rx_recv(struct cx_rx *rx)
{
	struct cx_op *op =
		op_new(rx->ex, &receive_kind, sizeof(struct receive));

	if (op)
		((struct receive *)op)->chan = rx->chan;
	return op;
}

void cx_rx_drop(struct cx_rx *rx)
{
	struct cx_tx *chan;

	if (!rx)
		return;
	chan = rx->chan;
	pthread_mutex_lock(&chan->lock);
	chan->has_receiver = false;
	chan->count = 0;
	pthread_mutex_unlock(&chan->lock);
	chan_unref(chan);
	free(rx);
}
