/* E12 to E15 and E19: what a waker promises to other threads. */
#define _GNU_SOURCE
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "executor.h"

static void *wake_thread(void *arg)
{
	struct cx_waker *w = arg;
	struct cx_waker clone = cx_waker_clone(w);

	cx_waker_wake_by_ref(&clone);
	cx_waker_drop(clone);
	cx_waker_wake(*w);
	return NULL;
}

static void test_waker_works_on_a_thread_never_seen(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	pthread_t thread;

	probe_spawn(ex, &p);
	stalled(ex);
	pthread_create(&thread, NULL, wake_thread, &p.kept);
	pthread_join(thread, NULL);
	stalled(ex);
	assert_int_equal(p.polls, 2);
	cx_free(ex);
}

/*
 * Two sides of a ping-pong: the probe says which round it waits for, the
 * thread answers it with a wake, after a delay that sweeps over the moments
 * around the park.
 */
struct pong {
	struct cx_waker waker;
	atomic_long asked;
	atomic_long answered;
	long plain; /* written before the wake, read in the poll it causes */
	long rounds;
	unsigned int pause_us; /* the longest */
};

static void *pong_thread(void *arg)
{
	struct pong *pong = arg;

	for (long i = 1; i <= pong->rounds; i++) {
		/* acquire: what was read in the poll was read before */
		while (atomic_load_explicit(&pong->asked,
					    memory_order_acquire) < i)
			sched_yield();
		if (pong->pause_us)
			doze(i % pong->pause_us * 1000);
		pong->plain = i;
		atomic_store_explicit(&pong->answered, i, memory_order_relaxed);
		cx_waker_wake_by_ref(&pong->waker);
	}
	return NULL;
}

static int step_ping(struct probe *p, struct cx_ctx *cx)
{
	struct pong *pong = p->data;

	(void)cx;
	if (p->n == 0)
		pong->waker = cx_waker_clone(&p->kept);
	else if (atomic_load_explicit(&pong->answered, memory_order_relaxed) <
		 p->n)
		return CX_PENDING;
	else
		assert_int_equal(pong->plain, p->n);
	p->n++;
	/* release: hands over the waker, and what was read */
	atomic_store_explicit(&pong->asked, p->n, memory_order_release);
	return p->n > pong->rounds ? CX_READY : CX_PENDING;
}

static void play(struct cx_exec *ex, long rounds, unsigned int pause_us)
{
	struct pong pong = { .rounds = rounds, .pause_us = pause_us };
	struct probe p = { .step = step_ping, .data = &pong, .keeps = true };
	pthread_t thread;

	pthread_create(&thread, NULL, pong_thread, &pong);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	pthread_join(thread, NULL);
	cx_waker_drop(pong.waker);
	probe_forget(&p);
	assert_int_equal(p.polls, rounds + 1);
}

static void test_remote_wake_ends_a_park_again_and_again(void **state)
{
	struct cx_exec *ex = exec_new(state);
	play(ex, 5, 3000);
	cx_free(ex);
}

static void test_no_window_before_the_park_loses_a_wake(void **state)
{
	struct cx_exec *ex = exec_new(state);
	play(ex, 2000, 0);
	play(ex, 500, 20);
	cx_free(ex);
}

/* ---- what happens before a wake, also one that finds it woken already */

struct writers {
	struct cx_waker waker;
	long plain[4];
	atomic_int woken;
};

struct writer {
	struct writers *all;
	int number;
};

static void *writer_thread(void *arg)
{
	struct writer *writer = arg;

	writer->all->plain[writer->number]++;
	cx_waker_wake_by_ref(&writer->all->waker);
	/* relaxed: it tells when, and publishes nothing */
	atomic_fetch_add_explicit(&writer->all->woken, 1, memory_order_relaxed);
	return NULL;
}

static int step_read_all(struct probe *p, struct cx_ctx *cx)
{
	struct writers *all = p->data;

	(void)cx;
	if (p->polls == 1)
		return CX_PENDING;
	for (int i = 0; i < 4; i++)
		p->n += all->plain[i];
	return CX_READY;
}

static void test_every_wake_publishes_what_came_before(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct writers all = { 0 };
	struct writer writer[4];
	struct probe p = { .step = step_read_all, .data = &all, .keeps = true };
	pthread_t thread[4];

	probe_spawn(ex, &p);
	stalled(ex);
	all.waker = p.kept;
	for (int i = 0; i < 4; i++) {
		writer[i] = (struct writer){ &all, i };
		pthread_create(&thread[i], NULL, writer_thread, &writer[i]);
	}
	/* no join before the poll: it would order the writes by itself */
	while (atomic_load_explicit(&all.woken, memory_order_relaxed) < 4)
		sched_yield();
	stalled(ex);
	assert_int_equal(p.n, 4);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	probe_forget(&p);
	cx_free(ex);
}

/* ---- the last owner */

struct race {
	pthread_barrier_t barrier;
	struct cx_waker waker;
};

static void *race_thread(void *arg)
{
	struct race *race = arg;

	for (;;) {
		pthread_barrier_wait(&race->barrier);
		if (!race->waker.vt)
			return NULL;
		cx_waker_wake(race->waker);
		pthread_barrier_wait(&race->barrier);
	}
}

static void test_last_waker_may_race_with_free(void **state)
{
	struct race race = { 0 };
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&race.barrier, NULL, 2);
	pthread_create(&thread, NULL, race_thread, &race);
	for (int i = 0; i < 1000; i++) {
		struct cx_exec *ex = cx_new();
		struct probe p = { .keeps = true };

		probe_spawn(ex, &p);
		stalled(ex);
		race.waker = p.kept;
		pthread_barrier_wait(&race.barrier);
		if (i % 2)
			stalled(ex);
		cx_free(ex);
		pthread_barrier_wait(&race.barrier);
		assert_int_equal(p.drops, 1);
	}
	race.waker = (struct cx_waker){ 0 };
	pthread_barrier_wait(&race.barrier);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&race.barrier);
}

/* ---- the same with every step in its place: flags order nothing */

static void raise_flag(atomic_int *flag, int value)
{
	atomic_store_explicit(flag, value, memory_order_relaxed);
}

static void await_flag(atomic_int *flag, int value)
{
	while (atomic_load_explicit(flag, memory_order_relaxed) != value)
		sched_yield();
}

/* A thread wakes, and when the task has been polled wakes again. */
struct twice {
	atomic_int flag;
	struct cx_waker waker;
};

static void *wake_twice(void *arg)
{
	struct twice *twice = arg;

	for (int i = 0; i < 2; i++) {
		await_flag(&twice->flag, 2 * i);
		cx_waker_wake_by_ref(&twice->waker);
		raise_flag(&twice->flag, 2 * i + 1);
	}
	return NULL;
}

static void test_link_of_a_task_goes_back_and_forth(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	struct twice twice = { 0 };
	pthread_t thread;

	probe_spawn(ex, &p);
	stalled(ex);
	twice.waker = p.kept;
	pthread_create(&thread, NULL, wake_twice, &twice);
	for (int i = 0; i < 2; i++) {
		await_flag(&twice.flag, 2 * i + 1);
		assert_int_equal(stalled(ex), 1);
		raise_flag(&twice.flag, 2 * i + 2);
	}
	pthread_join(thread, NULL);
	assert_int_equal(p.polls, 3);
	probe_forget(&p);
	cx_free(ex);
}

/* Two threads drop one thing each, one after the other. */
struct turns {
	atomic_int turn;
	struct cx_waker waker[2];
	bool wake; /* with their last owner, by value */
	struct cx_tx *tx[2];
};

static void drop_in_turn(struct turns *t, int number)
{
	await_flag(&t->turn, number);
	if (t->waker[number].vt && t->wake)
		cx_waker_wake(t->waker[number]);
	else if (t->waker[number].vt)
		cx_waker_drop(t->waker[number]);
	cx_tx_drop(t->tx[number]);
	raise_flag(&t->turn, number + 1);
}

static void *drop_first(void *arg)
{
	drop_in_turn(arg, 0);
	return NULL;
}

static void *drop_second(void *arg)
{
	drop_in_turn(arg, 1);
	return NULL;
}

static void take_turns(struct turns *t)
{
	pthread_t thread[2];

	pthread_create(&thread[0], NULL, drop_first, t);
	pthread_create(&thread[1], NULL, drop_second, t);
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	assert_int_equal(t->turn, 2);
}

static void test_last_of_two_owners_frees_after_the_other(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct cx_exec *ex = exec_new(state);
		struct probe p[2] = { { .keeps = true }, { .keeps = true } };
		struct turns t = { .wake = i / 2 };
		int tasks = 1 + i % 2;

		for (int n = 0; n < tasks; n++)
			probe_spawn(ex, &p[n]);
		stalled(ex);
		cx_free(ex);
		/* two of one task's block; then one of each, two of the hub */
		t.waker[0] = p[0].kept;
		t.waker[1] =
			tasks == 2 ? p[1].kept : cx_waker_clone(&p[0].kept);
		take_turns(&t);
	}
}

static void test_last_of_two_senders_frees_after_the_other(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct turns t = { 0 };
	struct cx_rx *rx;

	assert_int_equal(cx_chan(ex, &t.tx[0], &rx), CX_OK);
	t.tx[1] = cx_tx_clone(t.tx[0]);
	cx_rx_drop(rx);
	cx_free(ex);
	take_turns(&t);
}

enum {
	SENDERS = 2,
	ITEMS = 20000 /* of each */
};

static void *send_many(void *arg)
{
	for (uint64_t i = 0; i < ITEMS; i++)
		assert_int_equal(cx_tx_send(arg, i), CX_OK);
	cx_tx_drop(arg);
	return NULL;
}

/* Nothing but the lock of the channel orders them: the waker is none. */
static void test_senders_and_receiver_at_once_lose_nothing(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter c = { 0 };
	pthread_t threads[SENDERS];
	struct cx_tx *tx[SENDERS];
	struct cx_op *op = NULL;
	struct cx_rx *rx;
	uint64_t item;
	long got = 0;
	int rc;

	assert_int_equal(cx_chan(ex, &tx[0], &rx), CX_OK);
	tx[1] = cx_tx_clone(tx[0]);
	for (int i = 0; i < SENDERS; i++)
		pthread_create(&threads[i], NULL, send_many, tx[i]);
	do {
		if (!op)
			op = cx_rx_recv(rx);
		rc = cx_op_poll_with(op, &counter_vt, &c, &item);
		if (rc == CX_PENDING) {
			sched_yield();
			continue;
		}
		cx_op_drop(op);
		op = NULL;
		got += rc == CX_READY;
	} while (rc != CX_CLOSED);
	assert_int_equal(got, SENDERS * ITEMS);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	cx_rx_drop(rx);
	cx_free(ex);
	assert_int_equal(c.clones, c.drops);
}

/* What woke first is polled first, on whichever thread it was. */
static void *wake_now(void *arg)
{
	cx_waker_wake_by_ref(arg);
	return NULL;
}

static int step_note_turn(struct probe *p, struct cx_ctx *cx)
{
	int *turn = p->data;

	(void)cx;
	p->n = ++*turn;
	return p->polls == 1 ? CX_PENDING : CX_READY;
}

static void test_wakes_of_two_threads_keep_their_order(void **state)
{
	struct cx_exec *ex = exec_new(state);
	int turn = 0;
	struct probe p[3] = { 0 };
	pthread_t thread;

	for (int i = 0; i < 3; i++) {
		p[i] = (struct probe){ .step = step_note_turn,
				       .keeps = true,
				       .data = &turn };
		probe_spawn(ex, &p[i]);
	}
	stalled(ex);
	cx_waker_wake_by_ref(&p[2].kept);
	pthread_create(&thread, NULL, wake_now, &p[1].kept);
	pthread_join(thread, NULL);
	cx_waker_wake_by_ref(&p[0].kept);
	turn = 0;
	stalled(ex);
	assert_int_equal(p[2].n, 1);
	assert_int_equal(p[1].n, 2);
	assert_int_equal(p[0].n, 3);
	for (int i = 0; i < 3; i++)
		probe_forget(&p[i]);
	cx_free(ex);
}

/* The drop of one, inside cx_free, lets a thread wake the other. */
struct late_push {
	atomic_int flag;
	struct cx_waker waker;
};

static void *push_late(void *arg)
{
	struct late_push *late = arg;

	await_flag(&late->flag, 1);
	/* by reference: the drop of a waker would order more than the push */
	cx_waker_wake_by_ref(&late->waker);
	raise_flag(&late->flag, 2);
	return NULL;
}

static void last_let_push(struct probe *p)
{
	struct late_push *late = p->data;

	raise_flag(&late->flag, 1);
	await_flag(&late->flag, 2);
}

static void test_wake_in_the_midst_of_free_is_taken_back(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct late_push late = { 0 };
	struct probe first = { .last = last_let_push, .data = &late };
	struct probe second = { .keeps = true };
	pthread_t thread;

	probe_spawn(ex, &first);
	probe_spawn(ex, &second);
	stalled(ex);
	late.waker = second.kept;
	pthread_create(&thread, NULL, push_late, &late);
	cx_free(ex);
	pthread_join(thread, NULL);
	assert_int_equal(first.drops, 1);
	assert_int_equal(second.drops, 1);
	probe_forget(&second);
}

/*
 * A wake that has ended a park and has not rung yet: its write is held, the
 * loop ends for another reason, and the executor is freed meanwhile.
 */
enum {
	PASS,
	HOLD,
	HELD,
	LET_GO
};

static atomic_int hold;
static long held_result; /* the ring orders it before the end of cx_free */

/* This program's comes before libc's. */
ssize_t write(int fd, const void *bytes, size_t count)
{
	int next = HOLD;

	if (!atomic_compare_exchange_strong(&hold, &next, HELD))
		return syscall(SYS_write, fd, bytes, count);
	while (atomic_load(&hold) == HELD)
		sched_yield();
	doze(20 * MS); /* time enough to close the bell, for who would */
	held_result = syscall(SYS_write, fd, bytes, count);
	return held_result;
}

static void *wake_until_held(void *arg)
{
	while (atomic_load(&hold) == HOLD) {
		cx_waker_wake_by_ref(arg);
		doze(MS);
	}
	return NULL;
}

static void test_free_waits_for_a_ring_on_its_way(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	pthread_t thread;

	probe_spawn(ex, &p);
	stalled(ex);
	atomic_store(&hold, HOLD);
	pthread_create(&thread, NULL, wake_until_held, &p.kept);
	while (atomic_load(&hold) != HELD)
		run_for(ex, 5 * MS);
	atomic_store(&hold, LET_GO);
	cx_free(ex);
	assert_int_equal(held_result, sizeof(uint64_t));
	pthread_join(thread, NULL);
	probe_forget(&p);
	atomic_store(&hold, PASS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waker_works_on_a_thread_never_seen),
		cmocka_unit_test(test_remote_wake_ends_a_park_again_and_again),
		cmocka_unit_test(test_no_window_before_the_park_loses_a_wake),
		cmocka_unit_test(test_every_wake_publishes_what_came_before),
		cmocka_unit_test(test_last_waker_may_race_with_free),
		cmocka_unit_test(test_link_of_a_task_goes_back_and_forth),
		cmocka_unit_test(test_last_of_two_owners_frees_after_the_other),
		cmocka_unit_test(
			test_last_of_two_senders_frees_after_the_other),
		cmocka_unit_test(
			test_senders_and_receiver_at_once_lose_nothing),
		cmocka_unit_test(test_wakes_of_two_threads_keep_their_order),
		cmocka_unit_test(test_wake_in_the_midst_of_free_is_taken_back),
		cmocka_unit_test(test_free_waits_for_a_ring_on_its_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
