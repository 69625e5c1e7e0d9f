/* Panics of futures: in a poll, and in a drop. */
#include "panics.h"

#include <signal.h>

#include "record.h"
#include "suite.h"

static int step_panic(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- > 0) {
		cx_ctx_wake(cx);
		return CX_PENDING;
	}
	return CX_PANIC;
}

/* Panics between two polls of the future that the run is for. */
static void panic_beside_main(struct cx_exec *ex)
{
	struct probe bad = { .step = step_panic };
	struct probe main = { .step = step_yield, .n = 20 };
	int rc;

	probe_spawn(ex, &bad);
	rc = cx_block_on(ex, probe_future(ex, &main));
	CHECK(bad.drops == 1, "panicked, and dropped %d times", bad.drops);
	CHECK(rc == CX_OK, "a task panicked, and block_on of another gave %s",
	      call_word(rc));
}

void panic_in_poll(void)
{
	struct cx_exec *ex = exec_new();
	struct probe bad = { .step = step_panic, .n = 3, .keeps = true };
	struct probe good = { .step = step_yield, .n = 20 };
	struct probe main = { .step = step_panic, .n = 2 };
	int rc;

	probe_spawn(ex, &bad);
	probe_spawn(ex, &good);
	exec_run(ex);
	CHECK(bad.drops == 1, "panicked, and dropped %d times", bad.drops);
	CHECK(bad.polls == 4, "polled again after it panicked");
	CHECK(good.polls == 21 && good.drops == 1,
	      "a panic disturbed another task");
	cx_waker_wake_by_ref(&bad.kept);
	turns(ex, 10);
	rc = cx_block_on(ex, probe_future(ex, &main));
	CHECK(rc == CX_PANIC, "block_on of one that panics gave %s",
	      call_word(rc));
	CHECK(main.drops == 1, "panicked, and dropped %d times", main.drops);
	/* what is left of it would keep this from its end */
	exec_run(ex);
	turns(ex, 10);
	probe_forget(&bad);
	panic_beside_main(ex);
	cx_free(ex);
}

/*
 * ---- in a drop
 *
 * That may end the process: many executors, and Rust itself where a second
 * panic meets a first, take it for the end of all order.  It may end the run,
 * as any panic that nobody catches.  What may not be is that the run goes on,
 * and not as before.
 */

enum {
	ENDS = 3
};

static const int ends[ENDS] = { SIGABRT, SIGILL, SIGTRAP };
static struct sigaction usual[ENDS];

static void on_end(int number)
{
	(void)number;
	child_pass("the process ends by it");
}

void may_end(void)
{
	struct sigaction action = { .sa_handler = on_end };

	sigemptyset(&action.sa_mask);
	for (int i = 0; i < ENDS; i++)
		sigaction(ends[i], &action, &usual[i]);
}

/* From here on an end is one that nobody asked for. */
void goes_on(void)
{
	for (int i = 0; i < ENDS; i++)
		sigaction(ends[i], &usual[i], NULL);
}

static void last_panics(struct probe *p)
{
	(void)p;
	panic_here();
}

/* Run until BAD has been dropped and no task is left. */
static void run_past(struct cx_exec *ex, const struct probe *bad)
{
	int rc;

	may_end();
	rc = cx_run(ex);
	goes_on();
	/* nobody who saw that would run it again */
	if (rc == CX_PANIC)
		child_pass("the run ends by it");
	CHECK(rc == CX_OK, "cx_run after a panic in a drop gave %s",
	      call_word(rc));
	CHECK(bad->drops == 1, "its drop panicked, and it was dropped %d times",
	      bad->drops);
}

static void past_ready(struct cx_exec *ex)
{
	struct probe bad = { .step = step_yield, .n = 2, .last = last_panics };
	struct probe good = { .step = step_yield, .n = 20 };

	probe_spawn(ex, &bad);
	probe_spawn(ex, &good);
	run_past(ex, &bad);
	CHECK(good.polls == 21 && good.drops == 1,
	      "a panic in the drop of a task disturbed another");
	turns(ex, 10);
}

static void past_cancel(struct cx_exec *ex)
{
	struct probe bad = { .last = last_panics };
	struct probe good = { .step = step_yield, .n = 300 };
	int rc;

	probe_spawn(ex, &bad);
	probe_spawn(ex, &good);
	turns(ex, 3);
	may_end();
	rc = cx_cancel(ex, bad.id);
	goes_on();
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	run_past(ex, &bad);
	CHECK(good.polls == 301 && good.drops == 1,
	      "a panic in the drop of a cancelled task disturbed another");
	turns(ex, 10);
}

void panic_in_drop(void)
{
	struct probe bad = { .last = last_panics };
	struct probe before = { .keeps = true };
	struct probe after = { .keeps = true };
	struct cx_exec *ex;

	if (!can_panic())
		skip_because("the library is not in Rust: nothing panics");
	ex = exec_new();
	past_ready(ex);
	if (cx_caps() & CX_CAP_CANCEL)
		past_cancel(ex);
	probe_spawn(ex, &before);
	probe_spawn(ex, &bad);
	probe_spawn(ex, &after);
	turns(ex, 10);
	may_end();
	cx_free(ex);
	goes_on();
	CHECK(before.drops == 1 && bad.drops == 1 && after.drops == 1,
	      "a panic in a drop, and cx_free dropped the tasks %d, %d and %d "
	      "times",
	      before.drops, bad.drops, after.drops);
	probe_forget(&before);
	probe_forget(&after);
}
