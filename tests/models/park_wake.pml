/*
 * The park and wake protocol of reference/executor, for Spin: task.c (the
 * flag "scheduled"), hub.c (the inbox and the bell) and the rounds of loop.c.
 *
 * It shows that under every interleaving no wake is lost, that no task is
 * polled without one, and that nobody rings a bell that was closed.  It says
 * nothing of memory orders, for Spin knows none: all operations on one word
 * are in one order there, which is all that the protocol rests on (hub.h).
 *
 * Each word below, defined, takes out one thing that the proof needs, and
 * tests/once/executor-model.t has Spin find the execution that goes wrong:
 *
 *	FLAG_FALLS_LATE		scheduled is cleared after the poll
 *	FLAG_STAYS		scheduled is not cleared
 *	NO_FLAG			each wake queues the task
 *	FLAG_LOOKED_AT		scheduled is read, then set
 *	PUSH_STORES		push reads the inbox, then writes it
 *	TAKE_STORES		take reads the inbox, then empties it
 *	PARK_STORES		park does not look whether something came
 *	PARK_LOOKS_FIRST	park looks, then writes
 *	UNPARK_STORES		unpark forgets what came
 *	NO_RING			push never rings
 *	RINGS_ONCE		push rings the first time only
 *	RINGS_FIRST		push looks whether to ring before it pushes
 *	NO_REFUSAL		push does not see that the hub is closed
 *	NO_SETTLE		the bell is closed while rings may come
 *
 *	BESIDE			another design: a flag "sleeping" beside the
 *				inbox, set before a second look.  It holds.
 *	BESIDE_NO_SECOND_LOOK	... and without that look does not
 *	BESIDE_SET_LATE		... nor with the flag set after the look
 *
 * CLOSES adds cx_free, at any moment.
 */

#if defined(BESIDE_NO_SECOND_LOOK) || defined(BESIDE_SET_LATE)
#define BESIDE
#endif

#define TASKS 2
#define WAKERS 2
#define WAKES 2	   /* of each waker */
#define TIMEOUTS 1 /* of the wait, by itself */
#define YIELDS 1   /* wakes of a task from inside its poll */

/* The inbox: one of these, or FIRST and a task. */
#define EMPTY 0
#define PARKED 1
#define CLOSED 2
#define FIRST 3

byte inbox = EMPTY;
byte next[TASKS]; /* what the inbox was before the task */
bool scheduled[TASKS];

bool bell;	  /* an event that no wait has reported yet */
bool bell_closed;
bool sleeping;	  /* BESIDE alone */
short due;	  /* parks that a push ended, less the rings that came */

#ifdef RINGS_ONCE
bool has_rung;
#endif

/* What the proof is about, and no code of the executor. */
bool owed[TASKS]; /* a wake since the last poll began */
bool freed;
byte timeouts = TIMEOUTS;
byte yields = YIELDS;

/* task.c, schedule(): one exchange on the task's word */
inline schedule(t, fresh)
{
#ifdef FLAG_LOOKED_AT
	fresh = !scheduled[t];
	atomic {
		owed[t] = true;
		scheduled[t] = true;
	}
#else
	atomic {
		owed[t] = true;
		fresh = !scheduled[t];
#ifdef NO_FLAG
		fresh = true;
#endif
		scheduled[t] = true;
	}
#endif
}

inline ring()
{
	assert(!bell_closed);
	bell = true;
#ifdef RINGS_ONCE
	has_rung = true;
#endif
#ifndef BESIDE
	due--
#endif
}

inline ring_if_needed(head)
{
#if defined(BESIDE)
	if
	:: sleeping -> ring()
	:: else
	fi
#elif defined(NO_RING) || defined(RINGS_FIRST)
	skip
#elif defined(RINGS_ONCE)
	if
	:: head == PARKED && !has_rung -> ring()
	:: else
	fi
#else
	if
	:: head == PARKED -> ring()
	:: else
	fi
#endif
}

/* hub.c, hub_push(): a load, then an exchange until nobody was faster */
inline push(t, head, pushed)
{
	pushed = false;
	head = inbox;
#ifdef RINGS_FIRST
	if
	:: head == PARKED -> ring()
	:: else
	fi;
#endif
	do
#ifndef NO_REFUSAL
	:: head == CLOSED -> break
	:: head != CLOSED && !pushed ->
#else
	:: !pushed ->
#endif
		next[t] = (head == PARKED -> EMPTY : head);
#ifdef PUSH_STORES
		inbox = FIRST + t;
		pushed = true
#else
		atomic {
			if
			:: inbox == head ->
				assert(!freed);
				inbox = FIRST + t;
				pushed = true
			:: else ->
				head = inbox
			fi
		}
#endif
	:: pushed -> break
	od;
	if
	:: pushed -> ring_if_needed(head)
	:: else
	fi
}

active [WAKERS] proctype waker()
{
	byte wakes = WAKES;
	byte head;
	byte t;
	bool fresh;
	bool pushed;

	do
	:: wakes > 0 ->
		wakes--;
		if
		:: t = 0
		:: t = 1
		fi;
		schedule(t, fresh);
		if
		:: fresh -> push(t, head, pushed)
		:: else
		fi;
		/* what is not read again would only make states differ */
		d_step {
			head = 0;
			t = 0;
			fresh = false;
			pushed = false
		}
	:: else -> break
	od
}

/* hub.c, hub_take(); the order is of no interest here */
inline take(newest)
{
#ifdef TAKE_STORES
	newest = inbox;
	inbox = EMPTY;
#else
	atomic {
		newest = inbox;
		inbox = EMPTY
	}
#endif
	do
	:: newest >= FIRST ->
		/* a task that is queued already would not fit */
		assert(nfull(ready));
		ready ! newest - FIRST;
		newest = next[newest - FIRST]
	:: else -> break
	od
}

/* loop.c, poll_task(), with task_begin() and cx_ctx_wake() */
inline poll(t, fresh)
{
	atomic {
		assert(owed[t]);
		owed[t] = false;
#if !defined(FLAG_FALLS_LATE) && !defined(FLAG_STAYS)
		scheduled[t] = false
#endif
	};
	if
	:: yields > 0 ->
		yields--;
		schedule(t, fresh);
		if
		:: fresh ->
			assert(nfull(ready));
			ready ! t
		:: else
		fi
	:: true
	fi;
#ifdef FLAG_FALLS_LATE
	scheduled[t] = false
#endif
}

/* hub.c, hub_park() */
inline park(parked)
{
#if defined(BESIDE_SET_LATE)
	parked = inbox == EMPTY;
	sleeping = parked
#elif defined(BESIDE_NO_SECOND_LOOK)
	sleeping = true;
	parked = true
#elif defined(BESIDE)
	sleeping = true;
	parked = inbox == EMPTY;
	if
	:: !parked -> sleeping = false
	:: else
	fi
#elif defined(PARK_STORES)
	inbox = PARKED;
	parked = true
#elif defined(PARK_LOOKS_FIRST)
	parked = inbox == EMPTY;
	if
	:: parked -> inbox = PARKED
	:: else
	fi
#else
	atomic {
		parked = inbox == EMPTY;
		if
		:: parked -> inbox = PARKED
		:: else
		fi
	}
#endif
}

/* hub.c, hub_unpark() */
inline unpark()
{
#if defined(BESIDE)
	sleeping = false
#elif defined(UNPARK_STORES)
	inbox = EMPTY
#else
	atomic {
		if
		:: inbox == PARKED -> inbox = EMPTY
		:: else -> due++
		fi
	}
#endif
}

active proctype loop()
{
	chan ready = [TASKS] of { byte };
	byte newest;
	byte t;
	bool fresh;
	bool parked;

	do
	:: take(newest);
		if
		:: ready ? t ->
			poll(t, fresh);
			/* a look at the kernel in passing may take the event */
			if
			:: bell -> bell = false
			:: true
			fi
		:: empty(ready) ->
			park(parked);
			if
			:: parked ->
end_asleep:			if
				:: bell -> bell = false
				:: timeouts > 0 -> timeouts--
				fi;
				unpark()
			:: else
			fi
		fi;
		d_step {
			t = 0;
			fresh = false;
			parked = false
		}
#ifdef CLOSES
	:: break /* cx_free, between two runs */
#endif
	od;
	/* not reached unless CLOSES */
	atomic {
		newest = inbox;
		inbox = CLOSED;
		freed = true
	};
#ifndef NO_SETTLE
	due == 0;
#endif
	bell_closed = true
}

/* When nobody can go on, no poll is owed. */
active proctype judge()
{
	timeout;
	assert(freed || (!owed[0] && !owed[1]));
	assert(!freed || bell_closed)
}
