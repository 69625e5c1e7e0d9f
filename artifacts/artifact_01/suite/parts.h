#ifndef ARTIFACT_01_PARTS_H
#define ARTIFACT_01_PARTS_H

/* Parts of statements that have no room where the statement is. */

#include "suite.h"

/* Run until C was woken; fails if it is not. */
void await_wake(struct cx_exec *ex, struct counter *c);

/* Run until the task of P has ended; if it never does, it is found asleep. */
void await_drop(struct cx_exec *ex, struct probe *p);

/*
 * All clones of C have been dropped, or will be soon: a reactor that is a
 * thread of its own may be about to.
 */
void check_dropped(struct cx_exec *ex, const struct counter *c);

/* Poll with a waker of the suite; an error unless that is pending. */
void wait_with(struct cx_op *op, struct counter *c);

struct cx_op *recv_op(struct cx_rx *rx);
void chan_new(struct cx_exec *ex, struct cx_tx **tx, struct cx_rx **rx);

/*
 * A waker that does something of its own when it is dropped.  With hook_vt it
 * counts in other, with counter_vt in counter: the same data, two wakers.
 */
struct hook {
	struct counter counter; /* first: a hook is a counter too */
	struct counter other;
	void (*on_drop)(void *data);
	void *data;
};

extern const struct cx_waker_vt hook_vt;

/*
 * Fail with WHAT where this thread is asleep for two seconds between begin and
 * end, the first MS apart; if it is short, also where it does not come back.
 */
struct vigil {
	char what[160];
	unsigned int ms;
	bool is_short;

	int tid;
	_Atomic bool over;
	pthread_t thread;
};

void vigil_begin(struct vigil *v);
void vigil_end(struct vigil *v);

/* hands.c: E55 */
void change_hands(struct cx_exec *ex);

/* drops.c: E21, E29, E11 */
void free_after_churn(void);
void free_the_last(void);
void cancel_what_is_next(struct cx_exec *ex);
void wait_and_go(void);

/* renew.c: E65b, E50 */
void renew_wait(struct cx_exec *ex);
void renew_timer(struct cx_exec *ex);

/* over.c: E50, E103, E21, E49 */
void end_before_told(void);
void end_at_once(struct cx_exec *ex);
void free_with_ops(void);
void one_after_dropped(struct cx_exec *ex);

/* many.c: E11, E79, E103, E34, E66, E89 */
void clone_many(void);
void send_by_many(struct cx_exec *ex);
void discard_many(struct cx_exec *ex);
void count_many(struct cx_exec *ex);
void wait_for_many(void);
void receive_by_many(struct cx_exec *ex);

/* twice.c: E15 */
void wake_twice(void);

/* apart.c: E75 */
void run_apart(void);

/* again.c: E61, E52 and E67, E66 */
void wait_both_again(bool late, int first);
void sleep_beside_data(struct cx_exec *ex, unsigned int count);
void ring_among_events(void);

#endif
