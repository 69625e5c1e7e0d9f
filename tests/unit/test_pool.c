#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/pool.h"
#include "fault.h"

enum {
	JOBS = 1000
};

struct tally {
	atomic_int runs[JOBS];
	atomic_int at_once;
	atomic_int most;
};

static void count(void *ctx, size_t index)
{
	struct tally *t = ctx;

	atomic_fetch_add(&t->runs[index], 1);
}

static void test_pool_run_does_each_job_once(void **state)
{
	static const unsigned workers[] = { 0, 1, 2, 7, 2000 };

	(void)state;
	for (size_t w = 0; w < sizeof(workers) / sizeof(workers[0]); w++) {
		static struct tally t;
		struct err err = { 0 };

		memset(&t, 0, sizeof(t));
		assert_int_equal(pool_run(workers[w], JOBS, count, &t, &err),
				 0);
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(t.runs[i], 1);
	}
}

static void test_pool_run_of_nothing_is_done(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(pool_run(4, 0, count, NULL, &err), 0);
}

static void note_order(void *ctx, size_t index)
{
	size_t **next = ctx;

	*(*next)++ = index;
}

static void test_pool_run_takes_jobs_in_order(void **state)
{
	size_t order[20], *next = order;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(pool_run(1, 20, note_order, &next, &err), 0);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(order[i], i);
}

static void nap(void *ctx, size_t index)
{
	const struct timespec ms = { .tv_nsec = 5000000 };
	struct tally *t = ctx;
	int now = atomic_fetch_add(&t->at_once, 1) + 1;
	int most = atomic_load(&t->most);

	(void)index;
	while (now > most &&
	       !atomic_compare_exchange_weak(&t->most, &most, now))
		;
	nanosleep(&ms, NULL);
	atomic_fetch_sub(&t->at_once, 1);
}

static void test_pool_run_overlaps_but_not_beyond_workers(void **state)
{
	static struct tally t;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(pool_run(8, 40, nap, &t, &err), 0);
	assert_true(t.most >= 2);
	assert_true(t.most <= 8);
}

static void see_mask(void *ctx, size_t index)
{
	atomic_int *blocked = ctx;
	sigset_t set;

	(void)index;
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	atomic_fetch_add(blocked, sigismember(&set, SIGINT));
	nap(&(struct tally){ { 0 }, 0, 0 }, 0);
}

static void test_pool_run_leaves_signals_to_the_caller(void **state)
{
	atomic_int blocked = 0;
	struct err err = { 0 };
	sigset_t set;

	(void)state;
	assert_int_equal(pool_run(4, 4, see_mask, &blocked, &err), 0);
	assert_int_equal(blocked, 3); /* all but the caller itself */
	pthread_sigmask(SIG_SETMASK, NULL, &set);
	assert_false(sigismember(&set, SIGINT));
}

static void test_pool_run_without_memory_runs_nothing(void **state)
{
	static struct tally t;
	struct err err = { 0 };
	int rc;

	(void)state;
	fault_alloc(1);
	rc = pool_run(4, 4, count, &t, &err);
	fault_alloc(0);
	assert_int_equal(rc, ERR_NOMEM);
	assert_int_equal(t.runs[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool_run_does_each_job_once),
		cmocka_unit_test(test_pool_run_of_nothing_is_done),
		cmocka_unit_test(test_pool_run_takes_jobs_in_order),
		cmocka_unit_test(test_pool_run_overlaps_but_not_beyond_workers),
		cmocka_unit_test(test_pool_run_leaves_signals_to_the_caller),
		cmocka_unit_test(test_pool_run_without_memory_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
