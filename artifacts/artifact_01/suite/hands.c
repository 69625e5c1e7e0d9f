/* E55: operations that go from one waker, or task, to another. */
#include "io.h"
#include "parts.h"
#include "timers.h"

/* What an operation waits for, and what ends that. */
struct scene {
	struct cx_exec *ex;
	struct cx_op *op;
	struct cx_tx *tx;
	struct cx_rx *rx;
	struct probe task;
	int fds[2];
};

static void set_timer(struct scene *s)
{
	s->op = sleep_op(s->ex, cx_now(s->ex) + 20 * MS);
}

static void end_timer(struct scene *s)
{
	(void)s; /* it ends by itself */
}

static void set_descriptor(struct scene *s)
{
	pair_open(s->fds);
	s->op = ready_op(s->ex, s->fds[0], CX_READABLE);
}

static void end_descriptor(struct scene *s)
{
	put_bytes(s->fds[1], 1);
}

static void set_receive(struct scene *s)
{
	chan_new(s->ex, &s->tx, &s->rx);
	s->op = recv_op(s->rx);
}

static void end_receive(struct scene *s)
{
	cx_tx_send(s->tx, 1);
}

static void set_join(struct scene *s)
{
	s->task = (struct probe){ .step = step_second, .keeps = true };
	probe_spawn(s->ex, &s->task);
	s->op = cx_join(s->ex, s->task.id);
	CHECK(s->op, "cx_join of a live task gave NULL");
	turns(s->ex, 5);
}

static void end_join(struct scene *s)
{
	cx_waker_wake_by_ref(&s->task.kept);
}

struct play {
	const char *what;
	uint64_t needs;
	void (*set)(struct scene *s);
	void (*end)(struct scene *s);
};

static const struct play plays[] = {
	{ "a timer", CX_CAP_TIMERS, set_timer, end_timer },
	{ "a descriptor", CX_CAP_IO, set_descriptor, end_descriptor },
	{ "a receive", CX_CAP_CHANNEL, set_receive, end_receive },
	{ "a join", CX_CAP_JOIN, set_join, end_join },
};

/* OP first: an rx outlives what receives from it. */
static void clear(struct scene *s)
{
	cx_op_drop(s->op);
	if (s->rx) {
		cx_tx_drop(s->tx);
		cx_rx_drop(s->rx);
	}
	if (s->fds[1])
		pair_close(s->fds);
	probe_forget(&s->task);
	turns(s->ex, 2);
}

/* Until a waker of the suite was woken; a second at most. */
static void await(struct scene *s, const struct counter *c)
{
	for (int i = 0; i < 200 && c->wakes == 0; i++)
		run_for(s->ex, 5);
}

/* False: it is over already, as this machine is busy. */
static bool waits(struct scene *s, const struct cx_waker_vt *vt, void *w)
{
	return cx_op_poll_with(s->op, vt, w, NULL) == CX_PENDING;
}

/* The same data, of which another vtable makes another waker. */
static void change_vtable(struct scene *s, const struct play *play)
{
	/* a thread of the library's may hold one a moment longer */
	static struct hook hooks[8];
	static size_t count;
	struct hook *hook = &hooks[count++ % 8];

	play->set(s);
	if (waits(s, &counter_vt, hook) && waits(s, &hook_vt, hook)) {
		play->end(s);
		await(s, &hook->other);
		CHECK(hook->other.wakes > 0,
		      "%s was polled with a waker and then with one of the "
		      "same data and another vtable, and that was not woken",
		      play->what);
		CHECK(hook->counter.wakes == 0,
		      "%s was polled with a waker and then with one of the "
		      "same data and another vtable, and the first was woken",
		      play->what);
	}
	clear(s);
}

static struct counter nobody;

static void *null_clone(void *w)
{
	CHECK(!w, "a clone of a waker was made with other data than its own");
	nobody.clones++;
	return NULL;
}

static void null_wake_by_ref(void *w)
{
	CHECK(!w, "a waker was woken with other data than its own");
	nobody.wakes++;
}

static void null_drop(void *w)
{
	CHECK(!w, "a waker was dropped with other data than its own");
	nobody.drops++;
}

static void null_wake(void *w)
{
	null_wake_by_ref(w);
	null_drop(w);
}

static const struct cx_waker_vt null_vt = {
	.clone = null_clone,
	.wake = null_wake,
	.wake_by_ref = null_wake_by_ref,
	.drop = null_drop,
};

/* Data may be NULL: what it is, only the vtable knows. */
static void wait_with_null(struct scene *s, const struct play *play)
{
	nobody.wakes = 0;
	play->set(s);
	if (waits(s, &null_vt, NULL)) {
		play->end(s);
		await(s, &nobody);
		CHECK(nobody.wakes > 0,
		      "%s was polled with a waker whose data is NULL, and "
		      "that was not woken",
		      play->what);
	}
	clear(s);
}

/* Polls what both have, in the first poll; then the second waits for it. */
static int step_share(struct probe *p, struct cx_ctx *cx)
{
	struct scene *s = p->data;
	int rc;

	if (!p->peer && p->polls > 1)
		return CX_PENDING;
	rc = cx_op_poll(s->op, cx, NULL);
	return rc == CX_PENDING ? rc : CX_READY;
}

static void change_task(struct scene *s, const struct play *play)
{
	static struct probe first[4];
	struct probe *one = &first[play - plays];
	struct probe second = { .step = step_share, .data = s, .peer = one };

	*one = (struct probe){ .step = step_share, .data = s };
	play->set(s);
	probe_spawn(s->ex, one);
	turns(s->ex, 2);
	if (one->drops) { /* too late for it */
		clear(s);
		return;
	}
	probe_spawn(s->ex, &second);
	turns(s->ex, 2);
	play->end(s);
	for (int i = 0; i < 200 && !second.drops; i++)
		run_for(s->ex, 5);
	CHECK(second.drops,
	      "%s was polled by a task and then by another, and that was not "
	      "woken",
	      play->what);
	clear(s);
}

void change_hands(struct cx_exec *ex)
{
	static void (*const ways[])(struct scene * s,
				    const struct play *play) = {
		change_vtable,
		wait_with_null,
		change_task,
	};

	for (size_t i = 0; i < sizeof(plays) / sizeof(plays[0]); i++) {
		if ((cx_caps() & plays[i].needs) == 0)
			continue;
		for (size_t k = 0; k < 3; k++) {
			struct scene s = { .ex = ex };

			ways[k](&s, &plays[i]);
		}
	}
}
