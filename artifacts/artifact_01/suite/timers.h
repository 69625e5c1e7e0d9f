#ifndef ARTIFACT_01_TIMERS_H
#define ARTIFACT_01_TIMERS_H

/* What statements about timers share. */

#include "suite.h"

static const uint64_t HOUR = 3600ull * 1000 * MS;

struct cx_op *sleep_op(struct cx_exec *ex, uint64_t deadline);
void sleep_for(struct cx_exec *ex, uint64_t ns);

/* cx_run; its timers, of at most MS, are told where one never fires. */
void run_with_timers(struct cx_exec *ex, unsigned int ms);

/* heap.c: E44, E45 */
void poll_until_due(struct cx_exec *ex);
void drop_among_timers(struct cx_exec *ex);

/* never.c: E46, E46b, E47, E48 */
void sleep_until_past(void);
void sleep_until_now(void);
void sleep_for_ages(void);
void sleep_never_then_soon(void);

/* costs.c: E54 */
void fire_many(struct cx_exec *ex);

/* E50, E55 */
void wakes_that_drop(void);
void last_wakers(void);

#endif
