/* E46 to E48: deadlines that are over, and those that never come. */
#include "timers.h"

/*
 * How often the loop slept for 1000 deadlines that were BEFORE ago, more than
 * for nothing: a run may wait for threads of its own.
 */
static long sleeps_for(uint64_t before)
{
	struct cx_exec *ex = exec_new();
	long idle = os_voluntary_switches();
	long slept;

	for (int i = 0; i < 1000; i++) {
		struct probe p = { .step = step_ready };

		probe_block_on(ex, &p);
	}
	slept = os_voluntary_switches();
	idle = slept - idle;

	for (int i = 0; i < 1000; i++) {
		struct probe p = { .step = step_await };
		uint64_t now = cx_now(ex);

		p.op = sleep_op(ex, now > before && i % 4 ? now - before : 0);
		probe_block_on(ex, &p);
	}
	slept = os_voluntary_switches() - slept;
	cx_free(ex);
	return slept - idle;
}

void sleep_until_past(void)
{
	long slept = sleeps_for(10 * MS);

	CHECK(slept < 300, "1000 sleeps that were over slept %ld times", slept);
}

/* tokio rounds up to the next millisecond, also what is just over */
void sleep_until_now(void)
{
	long slept = sleeps_for(0);

	CHECK(slept < 300, "1000 sleeps until now slept %ld times", slept);
}

void sleep_for_ages(void)
{
	static const uint64_t days[] = { 25, 50, 36525, 213503 };
	struct cx_exec *ex = exec_new();
	struct probe far[6] = { { 0 } };
	uint64_t cpu;

	for (int i = 0; i < 6; i++) {
		uint64_t at = UINT64_MAX - (i == 5);

		if (i < 4)
			at = days[i] > 200000
				     ? UINT64_MAX / 2
				     : cx_now(ex) + days[i] * 24 * HOUR;
		far[i] = (struct probe){ .step = step_await,
					 .op = sleep_op(ex, at) };
		probe_spawn(ex, &far[i]);
		sleep_for(ex, 5 * MS);
	}
	cpu = cpu_ns();
	for (int i = 0; i < 5; i++)
		sleep_for(ex, 20 * MS);
	cpu = cpu_ns() - cpu;
	for (int i = 0; i < 6; i++)
		CHECK(far[i].drops == 0, "a timer of the far future fired");
	CHECK(cpu < 30 * MS, "%u ms of CPU in 100 ms, for far timers",
	      (unsigned int)(cpu / MS));
	run_for(ex, 30);
	cx_free(ex);
}

static int step_never_then_soon(struct probe *p, struct cx_ctx *cx)
{
	if (p->polls == 1) {
		struct cx_op *never = sleep_op(p->ex, UINT64_MAX);

		CHECK(cx_op_poll(never, cx, NULL) == CX_PENDING,
		      "a timer that never ends has ended");
		cx_op_drop(never);
		p->op = sleep_op(p->ex, cx_now(p->ex) + 10 * MS);
	}
	return step_await(p, cx);
}

void sleep_never_then_soon(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_never_then_soon };

	probe_spawn(ex, &p);
	exec_run(ex);
	cx_free(ex);
}
