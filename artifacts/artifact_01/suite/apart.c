/* E75: two threads, each with an executor. */
#include <sched.h>
#include <unistd.h>

#include "io.h"
#include "parts.h"

/* One way of two threads; both are in it at the same time. */
struct way {
	void (*run)(struct cx_exec *ex, int me);
	atomic_int missing;
};

struct half {
	struct way *way;
	int me;
};

/* ---- each by itself */

static int step_to_and_fro(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	p->n++;
	if (p->peer->has_kept && !p->peer->drops)
		cx_waker_wake_by_ref(&p->peer->kept);
	return p->n > 3000 || p->peer->drops ? CX_READY : CX_PENDING;
}

static void run_alone(struct cx_exec *ex, int me)
{
	(void)me;
	for (int i = 0; i < 5; i++) {
		struct probe a = { .step = step_to_and_fro, .keeps = true };
		struct probe b = { .step = step_to_and_fro,
				   .keeps = true,
				   .peer = &a };

		a.peer = &b;
		probe_spawn(ex, &a);
		probe_spawn(ex, &b);
		exec_run(ex);
		probe_forget(&a);
		probe_forget(&b);
		run_for(ex, 1);
	}
}

/* ---- each wakes what the other runs */

enum {
	STROKES = 20000
};

static struct {
	struct cx_waker w[2];
	atomic_int there;
	atomic_long stroke; /* even: the first one's turn */
} rally;

static int step_rally(struct probe *p, struct cx_ctx *cx)
{
	int me = (int)p->n;
	bool over;

	if (p->polls == 1) {
		rally.w[me] = cx_ctx_waker(cx);
		rally.there++;
	}
	if (rally.there < 2) {
		cx_ctx_wake(cx); /* a poll costs little, and it will come */
		return CX_PENDING;
	}
	if (rally.stroke < STROKES && rally.stroke % 2 == me)
		rally.stroke++;
	over = rally.stroke >= STROKES;
	cx_waker_wake_by_ref(&rally.w[!me]);
	return over ? CX_READY : CX_PENDING;
}

static void run_rally(struct cx_exec *ex, int me)
{
	struct probe p = { .step = step_rally, .n = me };

	probe_spawn(ex, &p);
	exec_run(ex);
	/* the other may be about to wake this one, and for the last time */
	rally.there++;
	while (rally.there < 4)
		sched_yield();
	cx_waker_drop(rally.w[me]);
}

/* ---- each has descriptors that are ready again and again */

enum {
	SOCKETS = 64,
	SOCKETS_MS = 400
};

struct socket {
	struct probe probe;
	int fds[2];
	uint64_t until;
};

/* Reads a byte, and sends itself the next. */
static int step_echo(struct probe *p, struct cx_ctx *cx)
{
	struct socket *s = p->data;
	char byte;
	int rc;

	while (wall_ns() < s->until) {
		if (!p->op)
			p->op = ready_op(p->ex, s->fds[0], CX_READABLE);
		rc = cx_op_poll(p->op, cx, NULL);
		if (rc == CX_PENDING)
			return rc;
		CHECK(rc == CX_READY, "waiting for data gave %s",
		      code_word(rc));
		cx_op_drop(p->op);
		p->op = NULL;
		if (read(s->fds[0], &byte, 1) == 1)
			put_bytes(s->fds[1], 1);
	}
	return CX_READY;
}

static void run_sockets(struct cx_exec *ex, int me)
{
	struct socket s[SOCKETS];
	uint64_t until = wall_ns() + (uint64_t)SOCKETS_MS * MS;

	(void)me;
	for (int i = 0; i < SOCKETS; i++) {
		s[i].probe = (struct probe){ .step = step_echo, .data = &s[i] };
		s[i].until = until;
		pair_open(s[i].fds);
		put_bytes(s[i].fds[1], 1);
		probe_spawn(ex, &s[i].probe);
	}
	exec_run(ex);
	for (int i = 0; i < SOCKETS; i++)
		pair_close(s[i].fds);
}

/* ---- both */

static void *run_half(void *data)
{
	const struct half *half = data;
	struct cx_exec *ex = exec_new();

	/* what is shared shows only if both are there */
	half->way->missing--;
	while (half->way->missing > 0)
		sched_yield();
	half->way->run(ex, half->me);
	cx_free(ex);
	return NULL;
}

static void run_both(void (*run)(struct cx_exec *ex, int me))
{
	struct way way = { .run = run, .missing = 2 };
	struct half halves[2] = { { &way, 0 }, { &way, 1 } };
	pthread_t thread = thread_start(run_half, &halves[1]);

	run_half(&halves[0]);
	thread_join(thread);
}

void run_apart(void)
{
	run_both(run_alone);
	run_both(run_rally);
	if (cx_caps() & CX_CAP_IO)
		run_both(run_sockets);
}
