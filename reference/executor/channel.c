/*
 * The channel: a growing ring of items behind a lock, and the waker of the
 * one who waits for them.
 *
 * Wakers are code of the suite, which may call back into the channel: they
 * are taken out under the lock, and cloned, woken and dropped outside it.  So
 * what is done under it is short and always the same, and a flag is enough
 * for a lock: a mutex, which can sleep, takes three times as long.
 */
#include <sched.h>
#include <stdlib.h>

#include "exec.h"
#include "op.h"

/*
 * What both ends share.  A sender's handle is a count of it, so that cloning
 * one takes no memory.
 */
struct cx_tx {
	_Atomic uint64_t refs; /* senders, and one for the receiver */
	_Atomic bool locked;

	/* under the lock */
	uint64_t senders;
	bool has_receiver;
	struct waker waiting;
	uint64_t *items;
	size_t first;
	_Atomic size_t count; /* may be looked at without it */
	size_t room;	      /* a power of two, or 0 */
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

static void lock(struct cx_tx *chan)
{
	/* J: pairs with K of whoever had it before */
	while (atomic_exchange_explicit(&chan->locked, true,
					memory_order_acquire))
		sched_yield(); /* it is at work, or waits for a processor */
}

static void unlock(struct cx_tx *chan)
{
	/* K: pairs with J */
	atomic_store_explicit(&chan->locked, false, memory_order_release);
}

/* relaxed: it is changed under the lock, and a look without it is a hint */
static size_t count_of(const struct cx_tx *chan)
{
	return atomic_load_explicit(&chan->count, memory_order_relaxed);
}

static void set_count(struct cx_tx *chan, size_t count)
{
	atomic_store_explicit(&chan->count, count, memory_order_relaxed);
}

static void chan_unref(struct cx_tx *chan)
{
	/* E: pairs with itself; the last one comes after all the others */
	if (atomic_fetch_sub_explicit(&chan->refs, 1, memory_order_acq_rel) > 1)
		return;
	free(chan->items);
	free(chan);
}

int cx_chan(struct cx_exec *ex, struct cx_tx **tx, struct cx_rx **rx)
{
	struct cx_tx *chan = calloc(1, sizeof(*chan));
	struct cx_rx *end = malloc(sizeof(*end));

	if (!chan || !end) {
		free(chan);
		free(end);
		return CX_E_SYS;
	}
	atomic_init(&chan->refs, 2);
	atomic_init(&chan->locked, false);
	atomic_init(&chan->count, 0);
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
	lock(tx);
	tx->senders++;
	unlock(tx);
	return tx;
}

static bool grow(struct cx_tx *chan)
{
	size_t room = chan->room ? 2 * chan->room : FIRST_ROOM;
	uint64_t *items = calloc(room, sizeof(*items));

	if (!items)
		return false;
	for (size_t i = 0; i < count_of(chan); i++)
		items[i] = chan->items[(chan->first + i) & (chan->room - 1)];
	free(chan->items);
	chan->items = items;
	chan->room = room;
	chan->first = 0;
	return true;
}

static int put(struct cx_tx *chan, uint64_t item)
{
	size_t count = count_of(chan);

	if (!chan->has_receiver)
		return CX_E_CLOSED;
	if (count == chan->room && !grow(chan))
		return CX_E_SYS;
	chan->items[(chan->first + count) & (chan->room - 1)] = item;
	set_count(chan, count + 1);
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

	lock(tx);
	rc = put(tx, item);
	if (rc == CX_OK)
		w = take_waker(tx);
	unlock(tx);
	waker_wake(&w);
	return rc;
}

void cx_tx_drop(struct cx_tx *tx)
{
	struct waker w = { 0 };

	if (!tx)
		return;
	lock(tx);
	if (--tx->senders == 0)
		w = take_waker(tx);
	unlock(tx);
	waker_wake(&w);
	chan_unref(tx);
}

/* ---- the receiver */

static int get(struct cx_tx *chan, uint64_t *item)
{
	size_t count = count_of(chan);

	if (count == 0)
		return chan->senders ? CX_PENDING : CX_CLOSED;
	*item = chan->items[chan->first];
	chan->first = (chan->first + 1) & (chan->room - 1);
	set_count(chan, count - 1);
	return CX_READY;
}

/* Is it among those that wait? */
static void note_waiting(struct receive *receive, bool waits)
{
	if (receive->counted == waits)
		return;
	receive->counted = waits;
	receive->op.ex->receives += waits ? 1 : -1;
}

static int receive_poll(struct cx_op *op, const struct waker *w,
			uint64_t *value)
{
	struct receive *receive = (struct receive *)op;
	struct cx_tx *chan = receive->chan;
	struct waker spare = { 0 };
	int rc;

	/*
	 * Nobody else takes items out: what is there stays.  Else clone before
	 * the look, for there must be no gap between that and waiting.
	 */
	if (count_of(chan) == 0)
		waker_keep(&spare, w);
	lock(chan);
	rc = get(chan, value);
	if (rc == CX_PENDING) {
		struct waker old = chan->waiting;

		chan->waiting = spare;
		spare = old;
	}
	unlock(chan);
	waker_drop(&spare);
	/* ready or closed: whoever made it so has taken the waker out */
	note_waiting(receive, rc == CX_PENDING);
	return rc;
}

static void receive_end(struct cx_op *op)
{
	struct receive *receive = (struct receive *)op;
	struct waker w;

	if (!receive->counted)
		return;
	note_waiting(receive, false);
	lock(receive->chan);
	w = take_waker(receive->chan);
	unlock(receive->chan);
	waker_drop(&w);
}

static const struct op_kind receive_kind = {
	.poll = receive_poll,
	.end = receive_end,
	.recurs = true,
};

struct cx_op *cx_rx_recv(struct cx_rx *rx)
{
	const struct receive fresh = {
		.op = { .kind = &receive_kind, .ex = rx->ex },
		.chan = rx->chan,
	};

	return op_new(&fresh.op, sizeof(fresh));
}

void cx_rx_drop(struct cx_rx *rx)
{
	struct cx_tx *chan;
	uint64_t *items;

	if (!rx)
		return;
	chan = rx->chan;
	lock(chan);
	chan->has_receiver = false;
	set_count(chan, 0);
	items = chan->items;
	chan->items = NULL;
	chan->room = 0;
	unlock(chan);
	free(items); /* senders may stay for long */
	chan_unref(chan);
	free(rx);
}
