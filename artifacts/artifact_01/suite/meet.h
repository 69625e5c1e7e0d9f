#ifndef ARTIFACT_01_MEET_H
#define ARTIFACT_01_MEET_H

/*
 * Parts of statements: the loop and another thread, of which one is held at
 * each place of what it does while the other does all of its own.  Where no
 * thread can be held (step.h) they do nothing.
 */

#include "step.h"

/*
 * First the loop is held.  Another thread acts once a round; what it did must
 * end the sleep that the loop may be in.
 */
struct meeting {
	void (*act)(struct meeting *m);
	const char *what; /* it did */
	void *data;

	struct steps steps;
	_Atomic long round; /* below 0: over */
	_Atomic long acted; /* the round in which it does, or did */
	_Atomic long done;
	pthread_t thread;
};

void meeting_begin(struct meeting *m);
void meeting_end(struct meeting *m);

/*
 * Begin a round, in which the loop is held after steps_on.  False: there is
 * no more to try.
 */
bool meeting_next(struct meeting *m);

/* Until the other thread has done what it does in this round. */
void meeting_await(struct meeting *m);

/*
 * Then it is the other thread that is held, in act, and the loop that does
 * what it does meanwhile, and checks after both have done.
 */
struct halfway {
	void (*before)(struct halfway *h); /* may be NULL, as after */
	void (*act)(struct halfway *h);	   /* the other thread's */
	void (*meanwhile)(struct halfway *h);
	void (*after)(struct halfway *h);
	struct cx_exec *ex;
	void *data;

	struct steps steps;
	_Atomic long round; /* below 0: over */
	_Atomic long done;
};

void halfway_try(struct halfway *h);

/*
 * Two tasks that sleep, and a number for each that is written before a wake:
 * some poll has to read it.
 */
struct pair {
	struct probe task[2];
	_Atomic long number[2];
	long seen[2];
	bool over;
};

void pair_begin(struct cx_exec *ex, struct pair *pair);
void pair_wake(struct pair *pair, int which);
void pair_await(struct cx_exec *ex, struct pair *pair, const char *what);
void pair_end(struct cx_exec *ex, struct pair *pair);

/* E14, E8, E19, E84, E85, E79 and E80: the loop is held */
void fall_asleep_meanwhile(void);
void take_wakes_meanwhile(void);
void end_meanwhile(void);
void free_meanwhile(void);
void spawn_meanwhile(void);
void run_out_meanwhile(void);
void receive_meanwhile(void);
void forget_meanwhile(void);

/* E15, E8, E19, E85 and E79: the other thread is held */
void wake_halfway(void);
void end_halfway(void);
void free_halfway(void);
void ring_halfway(void);
void spawn_halfway(void);
void send_halfway(void);

#endif
