/* Descriptors that are waited for anew as soon as they were reported. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "executor.h"
#include "waits.h"

enum {
	MANY = 40, /* more than are asked about at a time */
	LONG = 100 /* rounds, in which one is no longer asked about */
};

/* One end of a stream that somebody waits to read from. */
struct end {
	int fd;
	int peer;
	struct cx_op *op;
	struct counter c;
};

static void end_open(struct end *e)
{
	int fd[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	*e = (struct end){ .fd = fd[0], .peer = fd[1] };
}

static void end_wait(struct end *e, struct cx_exec *ex)
{
	e->op = cx_fd_ready(ex, e->fd, CX_READABLE);
	assert_non_null(e->op);
	assert_int_equal(poll_with(e->op, &e->c), CX_PENDING);
}

static void end_write(struct end *e)
{
	assert_int_equal(write(e->peer, "x", 1), 1);
}

/* It was woken: take the byte, and the wait is over. */
static void end_read(struct end *e)
{
	char byte;

	assert_int_equal(poll_with(e->op, &e->c), CX_READY);
	cx_op_drop(e->op);
	e->op = NULL;
	assert_int_equal(read(e->fd, &byte, 1), 1);
}

/* Wait, be reported, and wait again: that is what is asked about. */
static void end_ask(struct end *e, struct cx_exec *ex)
{
	end_wait(e, ex);
	end_write(e);
	stalled(ex);
	assert_int_equal(e->c.wakes, 1);
	end_read(e);
	end_wait(e, ex);
	e->c.wakes = 0;
}

static void end_close(struct end *e)
{
	cx_op_drop(e->op);
	close(e->fd);
	close(e->peer);
	assert_int_equal(e->c.clones, e->c.drops);
}

static void test_next_wait_takes_no_registration(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct end e;

	end_open(&e);
	end_ask(&e, ex);
	registrations = 0;
	for (int i = 0; i < LONG; i++) {
		end_write(&e);
		stalled(ex);
		assert_int_equal(e.c.wakes, i + 1);
		end_read(&e);
		end_wait(&e, ex);
	}
	assert_int_equal(registrations, 0);
	end_close(&e);
	cx_free(ex);
}

static void test_one_that_stays_silent_is_registered(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct end e;

	end_open(&e);
	end_ask(&e, ex);
	registrations = 0;
	for (int i = 0; i < LONG; i++)
		stalled(ex);
	assert_int_equal(registrations, 1);
	assert_int_equal(e.c.wakes, 0);
	end_write(&e);
	stalled(ex);
	assert_int_equal(e.c.wakes, 1);
	end_close(&e);
	cx_free(ex);
}

static void test_many_at_once_are_all_woken(void **state)
{
	struct cx_exec *ex = exec_new(state);
	static struct end e[MANY];

	for (int i = 0; i < MANY; i++) {
		end_open(&e[i]);
		end_wait(&e[i], ex);
	}
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++)
			end_write(&e[i]);
		for (int i = 0; i < 8; i++)
			stalled(ex);
		for (int i = 0; i < MANY; i++) {
			assert_int_equal(e[i].c.wakes, round + 1);
			end_read(&e[i]);
			end_wait(&e[i], ex);
		}
	}
	/* in an order that mixes those asked about and the others */
	for (int i = 0; i < MANY; i++)
		end_close(&e[i * 7 % MANY]);
	cx_free(ex);
}

static void test_one_that_is_always_ready_starves_none(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct end busy;
	struct end other;

	end_open(&busy);
	end_open(&other);
	end_wait(&other, ex);
	end_ask(&busy, ex);
	end_write(&other);
	for (int i = 0; i < 8; i++) {
		end_write(&busy);
		stalled(ex);
		end_read(&busy);
		end_wait(&busy, ex);
	}
	assert_int_equal(other.c.wakes, 1);
	end_close(&busy);
	end_close(&other);
	cx_free(ex);
}

/* Another stream gets the number at once; COPY: the old one lives on. */
static void reuse(bool copy)
{
	struct cx_exec *ex = cx_new();
	struct end old;
	struct end fresh;
	int kept;

	end_open(&old);
	end_wait(&old, ex);
	end_write(&old);
	stalled(ex);
	end_read(&old);
	kept = copy ? dup(old.fd) : -1;
	end_open(&fresh);
	assert_int_equal(dup2(fresh.fd, old.fd), old.fd);
	close(fresh.fd);
	fresh.fd = old.fd;
	end_wait(&fresh, ex);
	if (copy)
		end_write(&old);
	stalled(ex);
	assert_int_equal(fresh.c.wakes + old.c.wakes, 1);
	end_write(&fresh);
	stalled(ex);
	assert_int_equal(fresh.c.wakes, 1);
	end_read(&fresh);
	close(kept);
	close(old.peer);
	end_close(&fresh);
	cx_free(ex);
}

static void test_number_may_be_used_again_at_once(void **state)
{
	(void)state;
	reuse(false);
}

static void test_number_may_be_used_again_though_a_dup_lives(void **state)
{
	(void)state;
	reuse(true);
}

static void test_dropped_wait_ends_though_a_dup_lives(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct end e;
	int kept;

	end_open(&e);
	end_ask(&e, ex);
	kept = dup(e.fd);
	cx_op_drop(e.op);
	e.op = NULL;
	close(e.fd);
	end_write(&e);
	waits = 0;
	stalled(ex);
	assert_int_equal(e.c.wakes, 0);
	assert_int_equal(waits, 0);
	e.fd = kept;
	end_close(&e);
	cx_free(ex);
}

static void test_closed_descriptor_is_an_error(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct end e;

	end_open(&e);
	end_wait(&e, ex);
	end_write(&e);
	stalled(ex);
	end_read(&e);
	close(e.fd);
	e.op = cx_fd_ready(ex, e.fd, CX_READABLE);
	if (poll_with(e.op, &e.c) == CX_PENDING)
		stalled(ex);
	assert_int_equal(poll_with(e.op, &e.c), CX_E_SYS);
	assert_int_equal(poll_with(e.op, &e.c), CX_E_INVAL);
	end_close(&e);
	cx_free(ex);
}

static void test_reader_and_writer_share_the_question(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter c = { 0 };
	struct cx_op *writer;
	struct end e;

	end_open(&e);
	end_ask(&e, ex);
	writer = cx_fd_ready(ex, e.fd, CX_WRITABLE);
	assert_int_equal(poll_with(writer, &c), CX_PENDING);
	stalled(ex);
	assert_int_equal(c.wakes, 1);
	assert_int_equal(e.c.wakes, 0);
	end_write(&e);
	stalled(ex);
	assert_int_equal(e.c.wakes, 1);
	assert_int_equal(poll_with(writer, &c), CX_READY);
	cx_op_drop(writer);
	end_close(&e);
	cx_free(ex);
}

static void test_deadline_ends_the_sleep(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_await };
	struct end e;
	uint64_t before;

	end_open(&e);
	end_ask(&e, ex);
	waits = 0;
	before = cx_now(ex);
	p.op = cx_sleep_until(ex, before + 20 * MS);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	assert_true(cx_now(ex) - before >= 20 * MS);
	assert_true(waits <= 4);
	assert_int_equal(e.c.wakes, 0);
	end_close(&e);
	cx_free(ex);
}

static int step_woken(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls == 1 ? CX_PENDING : CX_READY;
}

static void *wake_later(void *data)
{
	struct probe *p = data;
	const struct timespec while_it_sleeps = { .tv_nsec = 20 * MS };

	nanosleep(&while_it_sleeps, NULL);
	cx_waker_wake_by_ref(&p->kept);
	return NULL;
}

static int step_start_thread(struct probe *p, struct cx_ctx *cx)
{
	if (p->polls == 1)
		assert_int_equal(pthread_create(p->data, NULL, wake_later, p),
				 0);
	return step_woken(p, cx);
}

static void test_wake_from_another_thread_ends_the_sleep(void **state)
{
	struct cx_exec *ex = exec_new(state);
	pthread_t thread;
	struct probe p = { .step = step_start_thread,
			   .keeps = true,
			   .data = &thread };
	struct end e;

	end_open(&e);
	end_ask(&e, ex);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	assert_int_equal(p.polls, 2);
	pthread_join(thread, NULL);
	probe_forget(&p);
	end_close(&e);
	cx_free(ex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_wait_takes_no_registration),
		cmocka_unit_test(test_one_that_stays_silent_is_registered),
		cmocka_unit_test(test_many_at_once_are_all_woken),
		cmocka_unit_test(test_one_that_is_always_ready_starves_none),
		cmocka_unit_test(test_number_may_be_used_again_at_once),
		cmocka_unit_test(
			test_number_may_be_used_again_though_a_dup_lives),
		cmocka_unit_test(test_dropped_wait_ends_though_a_dup_lives),
		cmocka_unit_test(test_closed_descriptor_is_an_error),
		cmocka_unit_test(test_reader_and_writer_share_the_question),
		cmocka_unit_test(test_deadline_ends_the_sleep),
		cmocka_unit_test(test_wake_from_another_thread_ends_the_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
