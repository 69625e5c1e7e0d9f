/* Parts of statements: more than a byte counts, and than two. */
#include <stdlib.h>

#include "io.h"
#include "parts.h"

enum {
	MANY = 70000
};

/* ---- E11 */

static int step_clone_many(struct probe *p, struct cx_ctx *cx)
{
	struct cx_waker *w = p->data;

	if (p->polls > 1)
		return CX_READY;
	w[0] = cx_ctx_waker(cx);
	for (int i = 1; i < MANY; i++)
		w[i] = cx_waker_clone(&w[i - 1]);
	return CX_PENDING;
}

void clone_many(void)
{
	struct cx_waker *w = calloc(MANY, sizeof(*w));
	struct probe p = { .step = step_clone_many, .data = w };
	struct cx_exec *ex = exec_new();

	if (!w)
		skip_because("no memory");
	probe_spawn(ex, &p);
	turns(ex, 5);
	for (int i = 0; i < MANY - 1; i++)
		cx_waker_drop(w[i]);
	CHECK(p.drops == 0, "%d wakers of a task were dropped, and it too",
	      MANY - 1);
	cx_waker_wake(w[MANY - 1]);
	exec_run(ex);
	CHECK(p.drops == 1, "of %d wakers the last one woke nobody", MANY);
	cx_free(ex);
	free(w);
}

/* ---- E79 */

static void check_open(struct cx_rx *rx, long senders)
{
	static struct counter c; /* a channel may keep it until the next */
	struct cx_op *op = recv_op(rx);
	int rc = poll_with(op, &c);

	CHECK(rc == CX_PENDING, "with %ld senders an empty channel gave %s",
	      senders, code_word(rc));
	cx_op_drop(op);
}

void send_by_many(struct cx_exec *ex)
{
	struct cx_tx **tx = calloc(MANY, sizeof(struct cx_tx *));
	static struct counter c;
	struct cx_rx *rx;
	struct cx_op *op;

	if (!tx)
		skip_because("no memory");
	chan_new(ex, &tx[0], &rx);
	for (long i = 1; i < MANY; i++) {
		tx[i] = cx_tx_clone(tx[i - 1]);
		CHECK(tx[i], "cx_tx_clone gave NULL");
		if (!(i & (i + 1)))
			check_open(rx, i + 1);
	}
	for (long i = 0; i < MANY - 1; i++)
		cx_tx_drop(tx[i]);
	check_open(rx, 1);
	cx_tx_send(tx[MANY - 1], 5);
	cx_tx_drop(tx[MANY - 1]);
	free(tx);
	for (int closed = 0; closed < 2; closed++) {
		int rc;

		op = recv_op(rx);
		rc = poll_with(op, &c);
		CHECK(rc == (closed ? CX_CLOSED : CX_READY),
		      "after %d senders have gone, receive %d gave %s", MANY,
		      closed + 1, code_word(rc));
		cx_op_drop(op);
	}
	cx_rx_drop(rx);
}

/* ---- E103 */

void discard_many(struct cx_exec *ex)
{
	struct cx_tx *tx;
	struct cx_rx *rx;
	int64_t before;
	int64_t queued;
	int64_t left;

	chan_new(ex, &tx, &rx);
	before = counts_now().bytes;
	for (int i = 0; i < MANY; i++)
		cx_tx_send(tx, 1);
	queued = counts_now().bytes - before;
	cx_rx_drop(rx);
	turns(ex, 2);
	left = counts_now().bytes - before;
	CHECK(!counts_memory() || left <= queued / 4,
	      "%d items took %ld KiB, and after the drop of the receiver "
	      "%ld KiB are left",
	      MANY, (long)(queued >> 10), (long)(left >> 10));
	cx_tx_drop(tx);
}

/* ---- E34: polls are counted in 64 bits */

void count_many(struct cx_exec *ex)
{
	struct probe p = { .step = step_yield, .n = MANY };
	uint64_t before = all_polls;
	uint64_t polls = 0;
	int rc;

	probe_spawn(ex, &p);
	rc = cx_run_until_stalled(ex, &polls);
	CHECK(rc == CX_OK, "cx_run_until_stalled gave %s", code_word(rc));
	CHECK(polls == all_polls - before,
	      "cx_run_until_stalled says %llu polls, and there were %llu",
	      (unsigned long long)polls,
	      (unsigned long long)(all_polls - before));
}

/* ---- E66 and E89: as many as a byte has no room for */

enum {
	BYTE = 256
};

static void wait_for_pairs(struct cx_exec *ex, struct probe *p, int (*fds)[2],
			   int count)
{
	for (int i = 0; i < count; i++) {
		pair_open(fds[i]);
		p[i] = (struct probe){ .step = step_await };
		p[i].op = ready_op(ex, fds[i][0], CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	turns(ex, 4L * count);
}

/* All of COUNT at once, which is just what a count may run over at. */
static void byte_of_waits(void)
{
	static struct probe p[BYTE];
	static int fds[BYTE][2];
	struct cx_exec *ex = exec_new();
	int ready = 0;

	wait_for_pairs(ex, p, fds, BYTE);
	for (int i = 0; i < BYTE; i++)
		put_bytes(fds[i][1], 1);
	for (int i = 0; i < 500 && ready < BYTE; i++) {
		CHECK(cx_run_until_stalled(ex, NULL) == CX_OK,
		      "a stalled run failed");
		ready = 0;
		for (int j = 0; j < BYTE; j++)
			ready += p[j].drops;
		if (i > 10 && ready < BYTE)
			doze(2 * MS);
	}
	CHECK(ready == BYTE,
	      "of %d waits whose data have come stalled runs ended %d", BYTE,
	      ready);
	for (int i = 0; i < BYTE; i++)
		pair_close(fds[i]);
	cx_free(ex);
}

/* One after another, from the newest on, while the others are silent. */
static void one_among_silent(void)
{
	enum {
		SILENT = 1100
	};
	static struct probe p[SILENT];
	static int fds[SILENT][2];
	struct cx_exec *ex;

	need_descriptors(2 * SILENT + 100);
	ex = exec_new();
	wait_for_pairs(ex, p, fds, SILENT);
	for (int i = SILENT - 1; i >= 0; i -= 100) {
		put_bytes(fds[i][1], 1);
		await_drop(ex, &p[i]);
	}
	cx_free(ex);
	for (int i = 0; i < SILENT; i++)
		pair_close(fds[i]);
}

void wait_for_many(void)
{
	one_among_silent();
	if (cx_caps() & CX_CAP_STALLED)
		byte_of_waits();
}

static void *send_late(void *tx)
{
	doze(20 * MS);
	cx_tx_send(tx, 1);
	return NULL;
}

/* Paused, it must not say that nothing can end these. */
void receive_by_many(struct cx_exec *ex)
{
	struct counter c[BYTE] = { { 0 } };
	struct cx_op *ops[BYTE];
	struct cx_tx *tx[BYTE];
	struct cx_rx *rx[BYTE];
	struct probe task = { .step = step_await };
	pthread_t thread;
	int rc;

	for (int i = 0; i < BYTE; i++) {
		chan_new(ex, &tx[i], &rx[i]);
		ops[i] = recv_op(rx[i]);
		if (i)
			wait_with(ops[i], &c[i]);
	}
	task.op = ops[0];
	probe_spawn(ex, &task);
	thread = thread_start(send_late, tx[0]);
	rc = cx_run(ex);
	thread_join(thread);
	CHECK(rc == CX_OK && task.drops == 1,
	      "with %d receives that wait, a run with time paused gave %s",
	      BYTE, call_word(rc));
	for (int i = 0; i < BYTE; i++) {
		if (i)
			cx_op_drop(ops[i]);
		cx_tx_drop(tx[i]);
		cx_rx_drop(rx[i]);
	}
}
