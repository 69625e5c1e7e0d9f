#ifndef ARTIFACT_01_ENDS_H
#define ARTIFACT_01_ENDS_H

/*
 * Parts of statements: what the end of a run leaves to the next, and the end
 * of a task to the others.
 */

#include "suite.h"

void spawn_and_end(void);		       /* E1 */
void wake_and_end(void);		       /* E3 */
void wake_the_cancelled(struct cx_exec *ex);   /* E9 */
void compare_executors(void);		       /* E18 */
void compare_twins(void);		       /* E18 */
void free_the_cancelled(void);		       /* E21 */
void free_arrivals(void);		       /* E21 */
void spawn_when_cancelled(struct cx_exec *ex); /* E24 */
void wake_afar_in_free(void);		       /* E26 */

/* E35: the COUNT ids of tasks that were cancelled one by one */
void ids_of_cancelled(struct cx_exec *ex, uint64_t *ids, int count);

/* cancels.c */
void cancel_pending(void);		/* E29 */
void cancel_by_id(void);		/* E30 */
void count_no_dead(struct cx_exec *ex); /* E34 */

#endif
