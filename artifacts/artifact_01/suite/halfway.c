/* Another thread is held at each place of what it does to the loop. */
#include <stdio.h>

#include "meet.h"
#include "numbers.h"

/* ---- E15: wakes, and what was written before them */

static void act_wake(struct halfway *h)
{
	struct pair *pair = h->data;

	pair->number[0]++;
	if (h->round % 2)
		cx_waker_wake(cx_waker_clone(&pair->task[0].kept));
	else
		cx_waker_wake_by_ref(&pair->task[0].kept);
}

static void wake_same(struct halfway *h)
{
	cx_waker_wake_by_ref(&((struct pair *)h->data)->task[0].kept);
}

static void wake_another(struct halfway *h)
{
	pair_wake(h->data, 1);
}

static void poll_it(struct halfway *h)
{
	turns(h->ex, 2);
}

static void wake_and_poll_it(struct halfway *h)
{
	wake_same(h);
	turns(h->ex, 2);
}

static void check_seen(struct halfway *h)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "a wake is lost: other things were done when the thread that "
		 "wakes was %s",
		 steps_place(&h->steps));
	pair_await(h->ex, h->data, text);
}

void wake_halfway(void)
{
	static void (*const before[])(struct halfway * h) = {
		NULL, wake_same, NULL, wake_same, NULL,
	};
	static void (*const meanwhile[])(struct halfway * h) = {
		wake_same,    poll_it,		wake_another,
		wake_another, wake_and_poll_it,
	};
	static struct pair pair;
	struct halfway h = { .act = act_wake,
			     .after = check_seen,
			     .data = &pair };

	if (!steps_possible())
		return;
	h.ex = exec_new();
	pair_begin(h.ex, &pair);
	for (int i = 0; i < 5; i++) {
		h.before = before[i];
		h.meanwhile = meanwhile[i];
		halfway_try(&h);
	}
	pair_end(h.ex, &pair);
	cx_free(h.ex);
}

/* ---- E8, E19: the task ends, or the executor, and a wake is on its way */

struct last {
	struct halfway h;
	struct probe task;
	struct cx_waker w;
	struct squatters squatters;
};

static void set_up_last(struct halfway *h)
{
	struct last *l = h->data;

	if (!h->ex)
		h->ex = exec_new();
	l->task = (struct probe){ .step = step_second,
				  .keeps = true,
				  .anywhere = true };
	probe_spawn(h->ex, &l->task);
	turns(h->ex, 2);
	l->w = cx_waker_clone(&l->task.kept);
}

static void act_wake_last(struct halfway *h)
{
	struct last *l = h->data;

	if (h->round % 3 == 0) {
		cx_waker_drop(l->w);
	} else if (h->round % 3 == 1) {
		cx_waker_wake(l->w);
	} else {
		cx_waker_wake(cx_waker_clone(&l->w));
		cx_waker_drop(l->w);
	}
}

static void end_task(struct halfway *h)
{
	struct last *l = h->data;

	cx_waker_wake(l->task.kept);
	l->task.has_kept = false;
	exec_run(h->ex);
}

static void free_all(struct halfway *h)
{
	probe_forget(&((struct last *)h->data)->task);
	cx_free(h->ex);
	h->ex = NULL;
	settle_on_its_numbers(&((struct last *)h->data)->squatters);
}

/*
 * In async-executor a wake that is on its way when the executor is freed may
 * keep its future for good; nobody waits for that one any more.
 */
static void check_dropped_once(struct halfway *h)
{
	struct last *l = h->data;

	CHECK(l->task.drops == 1 || (l->task.drops == 0 && !h->ex),
	      "woken by another thread, which was %s, and dropped %d times",
	      steps_place(&h->steps), l->task.drops);
	if (!h->ex)
		check_nothing_written(&l->squatters);
}

static void end_with(void (*meanwhile)(struct halfway *h))
{
	static struct last l;

	l = (struct last){ .h = { .before = set_up_last,
				  .act = act_wake_last,
				  .meanwhile = meanwhile,
				  .after = check_dropped_once,
				  .data = &l } };
	halfway_try(&l.h);
	cx_free(l.h.ex);
}

void end_halfway(void)
{
	end_with(end_task);
}

void free_halfway(void)
{
	end_with(free_all);
}

/* ---- E85: spawns of two threads */

struct comers {
	struct halfway h;
	struct probe task[2];
	struct cx_future future[2];
};

static void set_up_comers(struct halfway *h)
{
	struct comers *c = h->data;

	for (int i = 0; i < 2; i++) {
		c->task[i] = (struct probe){ .step = step_ready };
		c->future[i] = probe_future(h->ex, &c->task[i]);
	}
}

static void spawn_comer(struct halfway *h, int which)
{
	int rc = cx_spawn_remote(h->ex,
				 ((struct comers *)h->data)->future[which]);

	CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
}

static void act_spawn(struct halfway *h)
{
	spawn_comer(h, 0);
}

static void spawn_other(struct halfway *h)
{
	spawn_comer(h, 1);
}

static void turn_and_spawn(struct halfway *h)
{
	turns(h->ex, 2);
	spawn_comer(h, 1);
}

static void check_comers(struct halfway *h)
{
	const struct comers *c = h->data;

	exec_run(h->ex);
	for (int i = 0; i < 2; i++)
		CHECK(c->task[i].polls == 1 && c->task[i].drops == 1,
		      "two threads spawned, of which one was %s: %d polls and "
		      "%d drops of a task",
		      steps_place(&h->steps), c->task[i].polls,
		      c->task[i].drops);
}

void spawn_halfway(void)
{
	static struct comers c;

	c = (struct comers){ .h = { .before = set_up_comers,
				    .act = act_spawn,
				    .meanwhile = spawn_other,
				    .after = check_comers,
				    .ex = exec_new(),
				    .data = &c } };
	halfway_try(&c.h);
	c.h.meanwhile = turn_and_spawn;
	halfway_try(&c.h);
	cx_free(c.h.ex);
}
