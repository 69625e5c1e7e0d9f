/*
 * E57, E61: descriptors that are waited for again and again, and what other
 * waits do meanwhile.  Nobody reads or writes but to the end.
 */
#include <unistd.h>

#include "io.h"
#include "parts.h"

enum {
	MANY = 12, /* more than a reactor may have special places for */
	SOCKETS = 4,
	STEPS = 600
};

/* The same numbers each time: what fails once, fails again. */
static unsigned int draw(unsigned int below)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

/* ---- E57: all are ready at once, and are waited for again */

struct again {
	int fds[MANY][2];
	struct cx_op *op[MANY];
	struct counter c[MANY]; /* of the second wait */
	bool is_second[MANY];
};

/* Reads what is ready, and waits for it again in the same poll. */
static int step_wait_again(struct probe *p, struct cx_ctx *cx)
{
	struct again *a = p->data;
	bool all = true;

	for (int i = 0; i < MANY; i++) {
		int rc;

		if (a->is_second[i])
			continue;
		rc = cx_op_poll(a->op[i], cx, NULL);
		if (rc == CX_PENDING) {
			all = false;
			continue;
		}
		CHECK(rc == CX_READY, "waiting for data gave %s",
		      code_word(rc));
		cx_op_drop(a->op[i]);
		drain(a->fds[i][0]);
		a->op[i] = ready_op(p->ex, a->fds[i][0], CX_READABLE);
		poll_pending(a->op[i], &a->c[i], "a socket without data");
		a->is_second[i] = true;
	}
	return all ? CX_READY : CX_PENDING;
}

/* Some are dropped, and then there is news of all. */
static void leave_some(struct cx_exec *ex, struct again *a, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int at = draw(MANY);

		cx_op_drop(a->op[at]);
		a->op[at] = NULL;
	}
	for (unsigned int i = 0, at = draw(MANY); i < MANY; i++) {
		at = (at + 5) % MANY;
		put_bytes(a->fds[at][1], 1);
		if (a->op[at])
			await_wake(ex, &a->c[at]);
	}
}

void wait_for_many_again(void)
{
	struct cx_exec *ex = exec_new();

	for (unsigned int round = 0; round < 30; round++) {
		static struct again a;
		struct probe p = { .step = step_wait_again, .data = &a };

		a = (struct again){ 0 };
		for (int i = 0; i < MANY; i++) {
			pair_open(a.fds[i]);
			put_bytes(a.fds[i][1], 1);
			a.op[i] = ready_op(ex, a.fds[i][0], CX_READABLE);
		}
		probe_block_on(ex, &p);
		leave_some(ex, &a, round % MANY);
		for (int i = 0; i < MANY; i++) {
			cx_op_drop(a.op[i]);
			check_dropped(ex, &a.c[i]);
			pair_close(a.fds[i]);
		}
	}
	cx_free(ex);
}

/* ---- E61: any order of waits, drops and news */

struct side {
	struct cx_op *op;
	struct counter *c; /* of its latest poll */
};

struct socket {
	int fds[2];
	struct side side[2]; /* to read, to write */
};

/* Each poll has its own: who was dropped may be woken late. */
static struct counter *new_counter(void)
{
	static struct counter all[STEPS * 2];
	static unsigned int used;

	return &all[used++ % (STEPS * 2)];
}

static void shut(struct socket *s, int way)
{
	if (way == 0)
		drain(s->fds[0]);
	else
		fill(s->fds[0]);
}

static void open_up(struct socket *s, int way)
{
	if (way == 0)
		put_bytes(s->fds[1], 1);
	else
		drain(s->fds[1]);
}

static void leave(struct side *side)
{
	cx_op_drop(side->op);
	*side = (struct side){ 0 };
}

/*
 * Polls what is not ready.  An executor that remembers may believe that it is,
 * while the other direction is waited for: so long as it looks again.
 */
static void look(struct side *side)
{
	int rc;

	side->c = new_counter();
	rc = poll_with(side->op, side->c);
	CHECK(rc == CX_PENDING || rc == CX_READY,
	      "waiting for a socket gave %s", code_word(rc));
	if (rc == CX_READY)
		leave(side);
}

static void begin(struct cx_exec *ex, struct socket *s, int way)
{
	struct side *side = &s->side[way];

	side->op =
		ready_op(ex, s->fds[0], way == 0 ? CX_READABLE : CX_WRITABLE);
	if (draw(8) == 0)
		leave(side); /* never polled */
	else
		look(side);
}

/* It may have been woken for nothing before, and be told to look again. */
static void serve(struct cx_exec *ex, struct side *side)
{
	int rc = CX_PENDING;

	while (rc == CX_PENDING) {
		await_wake(ex, side->c);
		side->c = new_counter();
		rc = poll_with(side->op, side->c);
	}
	CHECK(rc == CX_READY, "waiting for a socket gave %s", code_word(rc));
	leave(side);
}

/* Nobody waits for WAY. */
static void walk_alone(struct cx_exec *ex, struct socket *s, int way)
{
	switch (draw(4)) {
	case 0:
		open_up(s, way);
		break;
	case 1: /* what is there already is news to this wait */
		open_up(s, way);
		if (draw(2))
			turns(ex, 2);
		begin(ex, s, way);
		if (s->side[way].op)
			serve(ex, &s->side[way]);
		break;
	default:
		shut(s, way);
		begin(ex, s, way);
	}
}

static void walk(struct cx_exec *ex, struct socket *s, int way)
{
	struct side *side = &s->side[way];

	if (!side->op) {
		walk_alone(ex, s, way);
		return;
	}
	switch (draw(4)) {
	case 0:
		leave(side);
		break;
	case 1:
		look(side);
		break;
	default:
		open_up(s, way);
		serve(ex, side);
		if (draw(2)) {
			shut(s, way);
			begin(ex, s, way);
		}
	}
}

static void reopen(struct socket *s)
{
	for (int way = 0; way < 2; way++)
		leave(&s->side[way]);
	pair_close(s->fds);
	pair_open(s->fds);
}

void walk_both_ways(void)
{
	static struct socket all[SOCKETS];
	struct cx_exec *ex = exec_new();

	for (int i = 0; i < SOCKETS; i++)
		pair_open(all[i].fds);
	for (int i = 0; i < STEPS; i++) {
		struct socket *s = &all[draw(SOCKETS)];

		if (draw(24) == 0)
			reopen(s);
		else
			walk(ex, s, (int)draw(2));
		if (draw(3) == 0)
			turns(ex, draw(20) == 0 ? 300 : 2);
	}
	for (int i = 0; i < SOCKETS; i++) {
		reopen(&all[i]);
		pair_close(all[i].fds);
	}
	cx_free(ex);
}
