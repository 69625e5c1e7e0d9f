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

/* drops.c: E21, E29, E11 */
void free_after_churn(void);
void cancel_what_is_next(struct cx_exec *ex);
void wait_and_go(void);

/* again.c: E61, E52 and E67, E66 */
void wait_both_again(bool late, int first);
void sleep_beside_data(struct cx_exec *ex, unsigned int count);
void ring_among_events(void);

#endif
