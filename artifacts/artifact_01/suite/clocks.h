#ifndef ARTIFACT_01_CLOCKS_H
#define ARTIFACT_01_CLOCKS_H

/*
 * The clocks that the library sees (clock_linux.c).
 *
 * They are the system's, and differ from it by what a statement says.  The
 * statement sees the same: wall_ns() goes with them.  Any thread.
 */

#include <stdbool.h>
#include <stdint.h>

/* From now on the wall clock is NS ahead of the system's, or behind it. */
void clocks_set_wall(int64_t ns);

/* Put all clocks that only go forward NS ahead. */
void clocks_move(uint64_t ns);

/* By how much they are ahead. */
uint64_t clocks_moved(void);

/* What the system's own monotonic clock says. */
uint64_t clocks_real_ns(void);

/* How often anybody asked for the time. */
uint64_t clocks_asked(void);

/*
 * Once it is set, it is called in each wait for events for which nothing is
 * ready: with the time-out in ns, 0 for none, or CLOCKS_FOREVER.  If it says
 * true the wait is over, otherwise the system waits.
 */
enum {
	CLOCKS_FOREVER = -1
};
extern bool (*_Atomic clocks_on_wait)(int64_t ns);

/* E91 */
void fast_motion(void);

#endif
