/* E79 and E80: the channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"

struct ends {
	struct cx_exec *ex;
	struct cx_tx *tx;
	struct cx_rx *rx;
};

static struct ends ends_new(void **state)
{
	struct ends e = { .ex = exec_new(state) };

	assert_int_equal(cx_chan(e.ex, &e.tx, &e.rx), CX_OK);
	return e;
}

static void ends_free(struct ends *e)
{
	cx_tx_drop(e->tx);
	cx_rx_drop(e->rx);
	cx_free(e->ex);
}

/* One receive with C: the code, and the item in *ITEM. */
static int receive(struct ends *e, struct counter *c, uint64_t *item)
{
	struct cx_op *op = cx_rx_recv(e->rx);
	int rc;

	assert_non_null(op);
	rc = cx_op_poll_with(op, &counter_vt, c, item);
	cx_op_drop(op);
	return rc;
}

static void test_items_come_in_the_order_of_sending(void **state)
{
	struct ends e = ends_new(state);
	struct counter c = { 0 };
	uint64_t item = 99, sent = 0, received = 0;

	/* uneven, so that the ring wraps at every place and grows wrapped */
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < round % 7 + 3; i++)
			assert_int_equal(cx_tx_send(e.tx, sent++), CX_OK);
		for (int i = 0; i < round % 5 + 3; i++) {
			assert_int_equal(receive(&e, &c, &item), CX_READY);
			assert_true(item == received++);
		}
	}
	while (received < sent) {
		assert_int_equal(receive(&e, &c, &item), CX_READY);
		assert_true(item == received++);
	}
	item = 99;
	assert_int_equal(receive(&e, &c, &item), CX_PENDING);
	assert_true(item == 99);
	assert_int_equal(c.clones, c.drops);
	ends_free(&e);
}

static void test_pending_receive_is_woken_by_a_send(void **state)
{
	struct ends e = ends_new(state);
	struct probe p = { .step = step_await };

	p.op = cx_rx_recv(e.rx);
	probe_spawn(e.ex, &p);
	stalled(e.ex);
	assert_int_equal(p.polls, 1);
	assert_int_equal(cx_tx_send(e.tx, 7), CX_OK);
	assert_int_equal(cx_tx_send(e.tx, 8), CX_OK);
	assert_int_equal(cx_run(e.ex), CX_OK);
	assert_int_equal(p.n, 7);
	assert_int_equal(p.polls, 2);
	ends_free(&e);
}

static void test_last_sender_closes_after_the_drain(void **state)
{
	struct ends e = ends_new(state);
	struct cx_tx *clone = cx_tx_clone(e.tx);
	struct counter c = { 0 };
	struct cx_op *op = cx_rx_recv(e.rx);
	uint64_t item = 0;

	assert_int_equal(poll_with(op, &c), CX_PENDING);
	cx_tx_drop(e.tx);
	assert_int_equal(c.wakes, 0);
	assert_int_equal(poll_with(op, &c), CX_PENDING);
	assert_int_equal(cx_tx_send(clone, 5), CX_OK);
	assert_int_equal(c.wakes, 1);
	cx_tx_drop(clone);
	assert_int_equal(cx_op_poll_with(op, &counter_vt, &c, &item), CX_READY);
	assert_true(item == 5);
	assert_int_equal(poll_with(op, &c), CX_E_INVAL);
	cx_op_drop(op);
	assert_int_equal(receive(&e, &c, &item), CX_CLOSED);
	assert_true(item == 5);
	e.tx = NULL;
	ends_free(&e);
}

static void test_last_sender_wakes_the_receiver(void **state)
{
	struct ends e = ends_new(state);
	struct probe p = { .step = step_await };

	p.op = cx_rx_recv(e.rx);
	probe_spawn(e.ex, &p);
	stalled(e.ex);
	cx_tx_drop(e.tx);
	e.tx = NULL;
	assert_int_equal(cx_run(e.ex), CX_OK);
	assert_int_equal(p.n, -100 - CX_CLOSED);
	ends_free(&e);
}

static void test_send_without_a_receiver_is_closed(void **state)
{
	struct ends e = ends_new(state);

	assert_int_equal(cx_tx_send(e.tx, 1), CX_OK);
	cx_rx_drop(e.rx);
	e.rx = NULL;
	assert_int_equal(cx_tx_send(e.tx, 2), CX_E_CLOSED);
	ends_free(&e);
}

static void test_sender_outlives_the_executor(void **state)
{
	struct ends e = ends_new(state);
	struct probe p = { .step = step_await };
	struct cx_tx *tx = cx_tx_clone(e.tx);

	p.op = cx_rx_recv(e.rx);
	probe_spawn(e.ex, &p);
	stalled(e.ex);
	assert_int_equal(cx_cancel(e.ex, p.id), CX_OK);
	stalled(e.ex);
	ends_free(&e);
	assert_int_equal(cx_tx_send(tx, 1), CX_E_CLOSED);
	cx_tx_drop(tx);
}

static void test_dropped_receive_loses_neither_item_nor_wake(void **state)
{
	struct ends e = ends_new(state);
	struct counter a = { 0 }, b = { 0 };
	struct cx_op *op = cx_rx_recv(e.rx);
	uint64_t item = 0;

	assert_int_equal(poll_with(op, &a), CX_PENDING);
	assert_int_equal(cx_tx_send(e.tx, 3), CX_OK);
	assert_int_equal(a.wakes, 1);
	cx_op_drop(op);
	assert_int_equal(receive(&e, &b, &item), CX_READY);
	assert_true(item == 3);
	op = cx_rx_recv(e.rx);
	assert_int_equal(poll_with(op, &a), CX_PENDING);
	cx_op_drop(op);
	assert_int_equal(cx_tx_send(e.tx, 4), CX_OK);
	assert_int_equal(a.wakes, 1);
	assert_int_equal(a.clones, a.drops);
	ends_free(&e);
}

static void test_only_the_last_waker_is_woken(void **state)
{
	struct ends e = ends_new(state);
	struct counter a = { 0 }, b = { 0 };
	struct cx_op *op = cx_rx_recv(e.rx);

	assert_int_equal(poll_with(op, &a), CX_PENDING);
	assert_int_equal(poll_with(op, &b), CX_PENDING);
	assert_int_equal(a.drops, 1);
	assert_int_equal(cx_tx_send(e.tx, 3), CX_OK);
	assert_int_equal(a.wakes, 0);
	assert_int_equal(b.wakes, 1);
	cx_op_drop(op);
	assert_int_equal(b.clones, b.drops);
	ends_free(&e);
}

/* ---- many threads */

enum {
	SENDERS = 4,
	ITEMS = 2000
};

struct sender {
	struct cx_tx *tx;
	uint64_t number;
};

static void *send_thread(void *arg)
{
	struct sender *s = arg;

	for (uint64_t i = 0; i < ITEMS; i++)
		assert_int_equal(cx_tx_send(s->tx, s->number << 32 | i), CX_OK);
	cx_tx_drop(s->tx);
	return NULL;
}

struct drain {
	struct cx_rx *rx;
	uint64_t next[SENDERS];
};

static int step_drain(struct probe *p, struct cx_ctx *cx)
{
	struct drain *d = p->data;
	uint64_t item;
	int rc;

	for (;;) {
		if (!p->op)
			p->op = cx_rx_recv(d->rx);
		rc = cx_op_poll(p->op, cx, &item);
		if (rc == CX_PENDING)
			return CX_PENDING;
		if (rc == CX_CLOSED)
			return CX_READY;
		assert_int_equal(rc, CX_READY);
		assert_true(d->next[item >> 32]++ == (item & UINT32_MAX));
		cx_op_drop(p->op);
		p->op = NULL;
	}
}

static void test_many_senders_lose_nothing(void **state)
{
	struct ends e = ends_new(state);
	struct drain d = { .rx = e.rx };
	struct probe p = { .step = step_drain, .data = &d };
	struct sender s[SENDERS];
	pthread_t thread[SENDERS];

	for (int i = 0; i < SENDERS; i++) {
		s[i].tx = cx_tx_clone(e.tx);
		s[i].number = (uint64_t)i;
		pthread_create(&thread[i], NULL, send_thread, &s[i]);
	}
	cx_tx_drop(e.tx);
	e.tx = NULL;
	assert_int_equal(probe_block_on(e.ex, &p), CX_OK);
	for (int i = 0; i < SENDERS; i++) {
		pthread_join(thread[i], NULL);
		assert_true(d.next[i] == ITEMS);
	}
	ends_free(&e);
}

/* ---- a waker that calls the channel back */

static void send_again(void *data)
{
	struct ends *e = data;

	assert_int_equal(cx_tx_send(e->tx, 2), CX_OK);
}

static void test_wake_may_call_the_channel(void **state)
{
	struct ends e = ends_new(state);
	struct counter c = { .on_wake = send_again, .data = &e };
	struct counter d = { 0 };
	struct cx_op *op = cx_rx_recv(e.rx);
	uint64_t item = 0;

	assert_int_equal(poll_with(op, &c), CX_PENDING);
	assert_int_equal(cx_tx_send(e.tx, 1), CX_OK);
	cx_op_drop(op);
	for (uint64_t i = 1; i <= 2; i++) {
		assert_int_equal(receive(&e, &d, &item), CX_READY);
		assert_true(item == i);
	}
	ends_free(&e);
}

static void test_channel_without_memory_is_an_error(void **state)
{
	struct ends e = ends_new(state);
	struct cx_tx *tx = NULL;
	struct cx_rx *rx = NULL;
	struct counter c = { 0 };
	uint64_t item;

	for (int nth = 1; nth <= 2; nth++) {
		fault_alloc(nth);
		assert_int_equal(cx_chan(e.ex, &tx, &rx), CX_E_SYS);
		assert_null(tx);
		assert_null(rx);
	}
	fault_alloc(1);
	assert_int_equal(cx_tx_send(e.tx, 1), CX_E_SYS);
	fault_alloc(1);
	assert_null(cx_rx_recv(e.rx));
	fault_alloc(0);
	assert_int_equal(cx_tx_send(e.tx, 2), CX_OK);
	assert_int_equal(receive(&e, &c, &item), CX_READY);
	assert_true(item == 2);
	ends_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items_come_in_the_order_of_sending),
		cmocka_unit_test(test_pending_receive_is_woken_by_a_send),
		cmocka_unit_test(test_last_sender_closes_after_the_drain),
		cmocka_unit_test(test_last_sender_wakes_the_receiver),
		cmocka_unit_test(test_send_without_a_receiver_is_closed),
		cmocka_unit_test(test_sender_outlives_the_executor),
		cmocka_unit_test(
			test_dropped_receive_loses_neither_item_nor_wake),
		cmocka_unit_test(test_only_the_last_waker_is_woken),
		cmocka_unit_test(test_many_senders_lose_nothing),
		cmocka_unit_test(test_wake_may_call_the_channel),
		cmocka_unit_test(test_channel_without_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
