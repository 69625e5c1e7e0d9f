#ifndef ARTIFACT_01_IO_H
#define ARTIFACT_01_IO_H

/* What statements about descriptors share.  They skip where they cannot. */

#include "suite.h"

void pair_open(int fds[2]); /* sockets, non-blocking */
void pair_close(int fds[2]);
void put_bytes(int fd, size_t count); /* at most 64 */
void fill(int fd);		      /* until there is no room */
void drain(int fd);		      /* until nothing is left */

/* "READY", "CX_E_SYS": what a poll or a call gave, for a sentence. */
const char *code_word(long code);

struct cx_op *ready_op(struct cx_exec *ex, int fd, int interest);

/* Poll OP, of which nothing is ready: it has to be pending.  WHAT: it is. */
void poll_pending(struct cx_op *op, struct counter *c, const char *what);

/* Run until FD is ready; fails if that is an error.  WHAT: what for. */
void wait_ready(struct cx_exec *ex, int fd, int interest, const char *what);

/* A task that waits for FD while AFTER is done to the other end. */
void wake_by(struct cx_exec *ex, int fd, int interest, void (*after)(int other),
	     int other, const char *what);
void do_close(int fd);

/* Run for 200 ms in which nothing happens: CPU and wait calls. */
void check_idle(struct cx_exec *ex, const char *what);

/* The same for MS, in which it may wait MOST times more than in a fifth. */
void check_idle_for(struct cx_exec *ex, unsigned int ms, unsigned int most,
		    const char *what);

int descriptors(void); /* how many are open; to compare */

/* both.c: E61 */
void two_waits(void);

/* inside.c: E65b */
void wakes_that_end_waits(void);

/* walk.c: E57, E61 */
void wait_for_many_again(void);
void walk_both_ways(void);

#endif
