#ifndef REFERENCE_EXECUTOR_POLLER_H
#define REFERENCE_EXECUTOR_POLLER_H

/*
 * What the reactor asks of the system: to watch descriptors, once each time
 * it is told to, and a bell that any thread may ring.  One file implements it
 * for one system: poller_epoll.c Linux's, poller_kqueue.c that of macOS and the
 * BSDs.  The others are empty there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POLLER_BATCH = 256,
	POLLER_ASKS = 8
};

/* A descriptor that the next wait is to look at without a registration. */
struct poller_ask {
	uint64_t token;
	int fd;
	unsigned int interest;
	unsigned int age; /* the reactor's */
};

struct poller {
	int fd;
	int bell;
	bool rounds_up;	      /* the system waits for milliseconds only */
	unsigned int can_ask; /* at most POLLER_ASKS; 0: only registered ones */
	unsigned int passed_over; /* waits since a look at the registered */
	unsigned int asked; /* how many there are; the reactor's, as they are */
	struct poller_ask asks[POLLER_ASKS];
};

struct poller_event {
	uint64_t token;
	unsigned int ready; /* enum cx_interest; both after an error */
	bool bad;	    /* an ask whose FD cannot be watched */
};

#define POLLER_FOREVER UINT64_MAX

/* False: the system gave no descriptor, and nothing is open. */
bool poller_open(struct poller *poller);

/* The bell too: nobody rings any more. */
void poller_close(struct poller *poller);

/*
 * Report FD once, as soon as it is ready for one of INTEREST, which is not
 * none; a call before that replaces this one.  A FD that was reported or is
 * KNOWN from an earlier call costs less.  False: it cannot be watched.
 */
bool poller_watch(struct poller *poller, int fd, bool known, uint64_t token,
		  unsigned int interest);

/* Forget FD altogether.  It may be closed already. */
void poller_forget(struct poller *poller, int fd);

/*
 * Wait for at most TIMEOUT_NS and fill at most POLLER_BATCH events; what does
 * not fit is reported by the next call.  What is asked about is asked again by
 * each call, and reported by each that finds it ready.  The bell ends the wait
 * and is not reported; so does a signal.  How many, or -1.
 */
int poller_wait(struct poller *poller, uint64_t timeout_ns,
		struct poller_event *events);

/* Any thread, also in a signal handler: end a wait, this one or the next. */
void poller_ring(int bell);

#endif
