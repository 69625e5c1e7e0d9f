/*
 * E65b: what the wake of a wait may do, and the drop of its waker, to other
 * waits.
 *
 * A reactor with a thread of its own may wake and drop over there, and late,
 * where there is nothing to answer for: ops are the loop's.  So what is below
 * is only done where it is called on the loop's thread.
 */
#include <unistd.h>

#include "io.h"
#include "parts.h"

/* ---- another wait goes, and its number is used again */

struct rivals {
	struct cx_exec *ex;
	struct cx_op *op[2];
	int fds[2][2];
	struct counter c[2];
	struct counter fresh;
	pthread_t thread;
	bool replaced;
};

static void replace(struct rivals *r, int other)
{
	int fresh[2];

	if (!pthread_equal(pthread_self(), r->thread) || r->replaced)
		return;
	r->replaced = true;
	cx_op_drop(r->op[other]);
	pair_open(fresh);
	dup2(fresh[0], r->fds[other][0]);
	close(fresh[0]);
	close(r->fds[other][1]);
	r->fds[other][1] = fresh[1];
	r->op[other] = ready_op(r->ex, r->fds[other][0], CX_READABLE);
	poll_pending(r->op[other], &r->fresh,
		     "a new socket on the number of one with data");
}

static void replace_second(void *data)
{
	replace(data, 1);
}

static void replace_first(void *data)
{
	replace(data, 0);
}

static void use_number_again(struct cx_exec *ex)
{
	static struct rivals r;

	r = (struct rivals){ .ex = ex, .thread = pthread_self() };
	for (int i = 0; i < 2; i++) {
		r.c[i].data = &r;
		r.c[i].on_wake = i ? replace_first : replace_second;
		pair_open(r.fds[i]);
		r.op[i] = ready_op(ex, r.fds[i][0], CX_READABLE);
		poll_pending(r.op[i], &r.c[i], "a socket without data");
	}
	put_bytes(r.fds[0][1], 1);
	put_bytes(r.fds[1][1], 1);
	run_for(ex, 30);
	CHECK(r.c[0].wakes + r.c[1].wakes > 0,
	      "data came, and nobody was woken");
	CHECK(r.fresh.wakes == 0,
	      "what was noted of a descriptor that is closed woke the next");
	for (int i = 0; i < 2; i++) {
		cx_op_drop(r.op[i]);
		pair_close(r.fds[i]);
	}
}

/* ---- the wait for the other direction goes */

struct twins {
	struct cx_op *op[2]; /* to read, to write */
	struct counter c[2];
	pthread_t thread;
};

static void drop_twin(struct twins *t, int other)
{
	if (!pthread_equal(pthread_self(), t->thread))
		return;
	cx_op_drop(t->op[other]);
	t->op[other] = NULL;
}

static void drop_writer(void *data)
{
	drop_twin(data, 1);
}

static void drop_reader(void *data)
{
	drop_twin(data, 0);
}

/* Both directions open before the loop looks, or the peer goes. */
static void drop_other_direction(struct cx_exec *ex, bool peer_goes)
{
	static struct twins t;
	int fds[2];

	t = (struct twins){ .thread = pthread_self() };
	pair_open(fds);
	fill(fds[0]);
	for (int i = 0; i < 2; i++) {
		t.c[i].data = &t;
		t.c[i].on_wake = i ? drop_reader : drop_writer;
		t.op[i] = ready_op(ex, fds[0], i ? CX_WRITABLE : CX_READABLE);
		poll_pending(t.op[i], &t.c[i],
			     "a socket with neither data nor room");
	}
	turns(ex, 5);
	if (!peer_goes) {
		put_bytes(fds[1], 1);
		drain(fds[1]);
	} else {
		close(fds[1]);
	}
	run_for(ex, 10);
	CHECK(t.c[0].wakes + t.c[1].wakes > 0,
	      "both directions opened, and nobody was woken");
	for (int i = 0; i < 2; i++)
		cx_op_drop(t.op[i]);
	close(fds[0]);
	if (!peer_goes)
		close(fds[1]);
}

/* ---- a waker that owns another wait, which goes with its last clone */

struct owner {
	struct cx_op *op;
	atomic_int clones;
	pthread_t thread;
};

static void *owner_clone(void *w)
{
	((struct owner *)w)->clones++;
	return w;
}

static void owner_wake_by_ref(void *w)
{
	(void)w;
}

static void owner_drop(void *w)
{
	struct owner *o = w;
	struct cx_op *op;

	if (--o->clones > 0 || !pthread_equal(pthread_self(), o->thread))
		return;
	op = o->op;
	o->op = NULL;
	cx_op_drop(op);
}

static const struct cx_waker_vt owner_vt = {
	.clone = owner_clone,
	.wake = owner_drop,
	.wake_by_ref = owner_wake_by_ref,
	.drop = owner_drop,
};

enum last {
	LAST_DROP,  /* of the op that keeps it */
	LAST_POLL,  /* of that op, with another waker */
	LAST_EVENT, /* which wakes it */
	LAST_END
};

static void go_with_waker(struct cx_exec *ex, enum last last)
{
	static struct owner o;
	static struct counter c;
	struct cx_op *op;
	int fds[2][2];
	int rc;

	o = (struct owner){ .thread = pthread_self() };
	for (int i = 0; i < 2; i++)
		pair_open(fds[i]);
	o.op = ready_op(ex, fds[1][0], CX_READABLE);
	poll_pending(o.op, &c, "a socket without data");
	op = ready_op(ex, fds[0][0], CX_READABLE);
	rc = cx_op_poll_with(op, &owner_vt, &o, NULL);
	CHECK(rc == CX_PENDING, "a socket without data: the poll gave %s",
	      code_word(rc));
	turns(ex, 5);
	if (last == LAST_DROP) {
		cx_op_drop(op);
		op = NULL;
	} else if (last == LAST_POLL) {
		poll_pending(op, &c, "a socket without data");
	} else {
		put_bytes(fds[0][1], 1);
	}
	run_for(ex, 10);
	cx_op_drop(op);
	run_for(ex, 2);
	cx_op_drop(o.op);
	o.op = NULL;
	for (int i = 0; i < 2; i++)
		pair_close(fds[i]);
}

void wakes_that_end_waits(void)
{
	struct cx_exec *ex = exec_new();

	use_number_again(ex);
	drop_other_direction(ex, false);
	drop_other_direction(ex, true);
	for (enum last last = LAST_DROP; last < LAST_END; last++)
		go_with_waker(ex, last);
	renew_wait(ex);
	cx_free(ex);
}
