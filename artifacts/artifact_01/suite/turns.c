/* E40 to E43: fairness among many that are woken.  All bounds are polls. */
#include <sys/eventfd.h>

#include "suite.h"

/* ---- E40: pairs that wake each other */

enum {
	PAIRS = 300
};

static bool third_is_done;

static int step_pair(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	if (p->peer->has_kept && !p->peer->drops)
		cx_waker_wake_by_ref(&p->peer->kept);
	CHECK(all_polls < 100000, "pairs that wake each other starve a third");
	return third_is_done ? CX_READY : CX_PENDING;
}

static int step_third(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_yield(p, cx);

	third_is_done = rc == CX_READY;
	return rc;
}

static void e40(void)
{
	static struct probe pair[2 * PAIRS];
	struct probe third = { .step = step_third, .n = 5 };
	struct cx_exec *ex = exec_new();

	for (int i = 0; i < 2 * PAIRS; i++) {
		pair[i] = (struct probe){ .step = step_pair,
					  .keeps = true,
					  .peer = &pair[i ^ 1] };
		probe_spawn(ex, &pair[i]);
	}
	probe_spawn(ex, &third);
	exec_run(ex);
	for (int i = 0; i < 2 * PAIRS; i++)
		probe_forget(&pair[i]);
	cx_free(ex);
}

/* ---- E41: from the wake to the poll */

enum {
	TASKS = 64
};

struct herd {
	struct probe all[TASKS];
	uint64_t woken[TASKS]; /* all_polls, or 0 */
	unsigned int seed;
};

static int step_herd(struct probe *p, struct cx_ctx *cx)
{
	struct herd *h = p->data;
	int at = (int)(p - h->all);
	uint64_t gap = h->woken[at] ? all_polls - h->woken[at] : 0;

	CHECK(gap <= 4 * TASKS,
	      "woken, and polled after %llu polls of others, with %d tasks",
	      (unsigned long long)gap, TASKS);
	h->woken[at] = 0;
	for (int i = 0; i < 2; i++) {
		int to = (int)((h->seed = h->seed * 1103515245 + 12345) >> 16) %
			 TASKS;

		if (h->all[to].drops || !h->all[to].has_kept || to == at)
			continue;
		if (!h->woken[to])
			h->woken[to] = all_polls;
		cx_waker_wake_by_ref(&h->all[to].kept);
	}
	if (p->n-- <= 0)
		return CX_READY;
	if (!h->woken[at])
		h->woken[at] = all_polls;
	cx_ctx_wake(cx);
	return CX_PENDING;
}

static void e41(void)
{
	static struct herd h;
	struct cx_exec *ex = exec_new();

	for (int i = 0; i < TASKS; i++) {
		h.all[i] = (struct probe){
			.step = step_herd, .data = &h, .n = 300, .keeps = true
		};
		probe_spawn(ex, &h.all[i]);
	}
	exec_run(ex);
	for (int i = 0; i < TASKS; i++)
		probe_forget(&h.all[i]);
	cx_free(ex);
}

/* ---- E42: many descriptors at once */

enum {
	MANY = 1000
};

static int step_gap(struct probe *p, struct cx_ctx *cx)
{
	uint64_t gap = all_polls - (uint64_t)p->data;

	CHECK(p->polls == 1 || gap <= 1024 + 64,
	      "%d ready descriptors held a task back for %llu polls", MANY,
	      (unsigned long long)gap);
	p->data = (void *)(uintptr_t)all_polls;
	return step_yield(p, cx);
}

static int step_served(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_await(p, cx);

	if (rc == CX_READY)
		++*(int *)p->data;
	return rc;
}

static void e42(void)
{
	static struct probe reader[MANY];
	struct probe spinner = { .step = step_gap, .n = 5000 };
	struct cx_exec *ex;
	int served = 0;

	need_descriptors(MANY + 50);
	ex = exec_new();
	for (int i = 0; i < MANY; i++) {
		int fd = eventfd(0, EFD_NONBLOCK);

		reader[i] = (struct probe){ .step = step_served,
					    .data = &served,
					    .n = fd };
		reader[i].op = cx_fd_ready(ex, fd, CX_READABLE);
		CHECK(reader[i].op, "cx_fd_ready gave NULL");
		probe_spawn(ex, &reader[i]);
	}
	turns(ex, 3000);
	for (int i = 0; i < MANY; i++)
		eventfd_write((int)reader[i].n, 1);
	probe_spawn(ex, &spinner);
	exec_run(ex);
	CHECK(served == MANY, "%d of %d ready descriptors were served", served,
	      MANY);
	cx_free(ex);
}

/* ---- E43 */

static int step_in_order(struct probe *p, struct cx_ctx *cx)
{
	long *last = p->data;

	(void)cx;
	CHECK(p->n == *last + 1, "the first poll of task %ld came after %ld's",
	      p->n, *last);
	*last = p->n;
	return CX_READY;
}

static void e43(void)
{
	struct probe p[100] = { { 0 } };
	struct cx_exec *ex = exec_new();
	long last = 0;

	for (int i = 0; i < 100; i++) {
		p[i] = (struct probe){ .step = step_in_order,
				       .data = &last,
				       .n = i + 1 };
		probe_spawn(ex, &p[i]);
	}
	exec_run(ex);
	cx_free(ex);
}

const struct statement turn_statements[] = {
	{ "E40", 'G', false, 0, e40 },
	{ "E41", 'G', false, 0, e41 },
	{ "E42", 'G', false, CX_CAP_IO, e42 },
	{ "E43", 'K', false, 0, e43 },
	{ 0 },
};
