#ifndef COHORT_EXECUTOR_H
#define COHORT_EXECUTOR_H

/*
 * What the conformance suite asks of an executor.
 *
 * The reference in C and the adapter of every student's crate export these
 * functions; the suite loads them with dlopen, in a child process.  The suite
 * makes futures and wakers; the library makes executors, leaf operations and
 * channels.  Every handle is explicit: nothing is found through a
 * thread-local.  Signals are left as they are: their actions, and which are
 * blocked.
 *
 * Threads.  [T] only the loop thread, the one that called cx_new.  [A] any
 * thread, also one that the executor never saw.
 *
 * Ownership.  A pointer returned here belongs to the caller until it is
 * passed to the matching drop or free.  Drops and frees accept NULL.  Every
 * op and every rx is dropped before cx_free is called, or by the drop of a
 * future inside cx_free.  Wakers and tx handles may outlive the executor.
 *
 * Errors.  Functions that return int give CX_OK (or an enum cx_poll) or a
 * negative enum cx_error.  Functions that return a pointer give NULL when
 * they cannot.  An out-parameter is written on success only.  A function of a
 * capability that cx_caps does not claim may be missing; if it is there, it
 * gives CX_E_NOTSUP or NULL.  Nothing here may unwind into the caller.
 *
 * A turn is one round of the loop: drop what was cancelled, poll some of the
 * tasks that are ready, then look once at the reactor and the timers.  "By
 * the end of the next turn" counts from the next run call if none is active.
 */

#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* It changes when a caller built for an older one would go wrong. */
enum {
	CX_ABI_VERSION = 1
};

/* Executor, reactor and timers together. */
struct cx_exec;

/* The context of one poll.  Valid until that poll returns. */
struct cx_ctx;

/*
 * A leaf future of the library: a timer, a wait for readiness, a receive or
 * a join.  It gives READY or CLOSED or an error once; a poll after that is
 * CX_E_INVAL.
 */
struct cx_op;

/* The two ends of a channel. */
struct cx_tx;
struct cx_rx;

/* What a poll says.  CX_CLOSED comes from a receive alone. */
enum cx_poll {
	CX_READY = 0,
	CX_PENDING = 1,
	CX_PANIC = 2, /* from a suite future: the adapter panics for real */
	CX_CLOSED = 3,
};

enum cx_error {
	CX_OK = 0,
	CX_E_CLOSED = -1,  /* other end gone, or executor being freed */
	CX_E_INVAL = -2,   /* no such task, a spent op, a bad argument */
	CX_E_NOTSUP = -3,  /* capability not claimed */
	CX_E_NESTED = -4,  /* a run inside a poll of the same executor */
	CX_E_SYS = -5,	   /* the system refused: descriptor, memory */
	CX_E_STALLED = -6, /* paused time only: nothing can ever run */
};

/* What an implementation claims.  Each claim is itself tested. */
enum cx_cap {
	CX_CAP_CANCEL = 1 << 0,
	CX_CAP_TIMERS = 1 << 1,
	CX_CAP_IO = 1 << 2,
	CX_CAP_CHANNEL = 1 << 3,
	CX_CAP_STALLED = 1 << 4, /* cx_run_until_stalled */
	CX_CAP_REMOTE_SPAWN = 1 << 5,
	CX_CAP_VIRTUAL_TIME = 1 << 6,
	CX_CAP_CATCH_PANIC = 1 << 7, /* a panic ends one task, not the run */
	CX_CAP_JOIN = 1 << 8,
};

/*
 * An owned waker of the library: two words by value, the content of a
 * RawWaker, so that carrying one allocates nothing.  Opaque to the suite.
 */
struct cx_waker {
	const void *data;
	const void *vt;
};

/*
 * A future made by the suite.  Passing it to a spawn or to cx_block_on hands
 * it over.  poll and drop run on the loop thread.  drop runs exactly once:
 * after READY or PANIC, after a cancel, or inside cx_free; never during its
 * own poll, never after cx_free has returned.  poll runs only between the
 * hand-over and drop, never within another call of itself.  drop may spawn,
 * cancel, wake, and drop wakers and ops; poll may do all that and poll ops.
 */
struct cx_future {
	int (*poll)(void *state, struct cx_ctx *cx);
	void (*drop)(void *state);
	void *state;
};

/*
 * A waker made by the suite, to drive one op with no executor involved.
 * Every entry may be called from any thread.  Whoever holds a clone drops it
 * or wakes it, once.  An entry may call what its thread may call outside.
 */
struct cx_waker_vt {
	void *(*clone)(void *w);
	void (*wake)(void *w); /* consumes w */
	void (*wake_by_ref)(void *w);
	void (*drop)(void *w);
};

/* ---- identity [A]: may be called before cx_new */

uint32_t cx_abi(void);	   /* the CX_ABI_VERSION it was built with */
const char *cx_name(void); /* static text, never freed */
uint64_t cx_caps(void);	   /* bits of enum cx_cap, constant */

/* ---- life [T] */

/* NULL: no memory, or the system gave no descriptor to wait on. */
struct cx_exec *cx_new(void);

/*
 * Drops every live future, then frees.  A spawn from one of those drops is
 * refused with CX_E_CLOSED.  Wakers that are left stay valid and do nothing;
 * no descriptor stays open for them.  Not from inside a poll, nor from a drop
 * of a future.
 */
void cx_free(struct cx_exec *ex);

/* ---- tasks [T], also from inside poll and drop */

/*
 * Takes the future; it is not polled before this returns.  *task is never 0
 * and never used again while the executor lives; task may be NULL.  On an
 * error the future has been dropped.
 */
int cx_spawn(struct cx_exec *ex, struct cx_future fut, uint64_t *task);

/*
 * The task is not polled again and is dropped by the end of the next turn.
 * From inside its own poll: dropped after that poll, whose result is
 * ignored.  A finished task, also while its future is dropped, or a second
 * cancel: CX_E_INVAL.
 */
int cx_cancel(struct cx_exec *ex, uint64_t task);

/*
 * [A] As cx_spawn; ends an idle park.  The executor outlives the call.  On an
 * error nothing was taken: the caller still owns the future.
 */
int cx_spawn_remote(struct cx_exec *ex, struct cx_future fut);

/*
 * ---- running [T]
 *
 * CX_OK, CX_PANIC (a task panicked and CX_CAP_CATCH_PANIC is not claimed),
 * or an error.  From inside a poll of the same executor: CX_E_NESTED, never a
 * hang.
 */

/*
 * Until this future is READY (or CX_PANIC if it panics); spawned tasks
 * progress meanwhile and stay for the next run.  The future is dropped before
 * this returns, on errors too.
 */
int cx_block_on(struct cx_exec *ex, struct cx_future fut);

/* Until no task is live; at once if there is none. */
int cx_run(struct cx_exec *ex);

/*
 * Until nothing can run; never blocks nor lets paused time jump, looks at the
 * reactor at least once without waiting.  *polls: how many polls it made; may
 * be NULL.
 */
int cx_run_until_stalled(struct cx_exec *ex, uint64_t *polls);

/* ---- the poll context [T], only during that poll */

struct cx_waker cx_ctx_waker(struct cx_ctx *cx); /* a new, owned clone */
void cx_ctx_wake(struct cx_ctx *cx); /* wake by reference, no clone */

/* 1 only if both surely wake the same task, else 0. */
int cx_ctx_will_wake(struct cx_ctx *cx, const struct cx_waker *w);

/*
 * ---- wakers [A], valid after the task ended and after cx_free
 *
 * A wake releases: all that happened before it happens before the poll that
 * follows it, also when the task was woken already.  It never polls inline.
 * A waker handed over by value is dropped or woken once; clones do not depend
 * on what they were cloned from.
 */

struct cx_waker cx_waker_clone(const struct cx_waker *w);
void cx_waker_wake(struct cx_waker w); /* consumes w */
void cx_waker_wake_by_ref(const struct cx_waker *w);
void cx_waker_drop(struct cx_waker w); /* consumes w */

/*
 * ---- leaf operations [T]: made, polled and dropped on the loop thread
 *
 * What making or polling one registered ends with cx_op_drop.
 */

/* Nanoseconds of CLOCK_MONOTONIC, from any beginning, or of virtual time. */
uint64_t cx_now(struct cx_exec *ex);

/* READY never before the deadline (of cx_now).  UINT64_MAX: never. */
struct cx_op *cx_sleep_until(struct cx_exec *ex, uint64_t deadline_ns);

enum cx_interest {
	CX_READABLE = 1,
	CX_WRITABLE = 2,
};

/*
 * READY with *out = the enum cx_interest bits now believed ready; HUP and ERR
 * make both ready.  Level-like: data that is there already makes it READY.
 * Two ops on one fd, one a direction, are allowed.  The fd stays the suite's:
 * not read, not closed, O_NONBLOCK left as it is.  Once both ops are dropped
 * it may be closed and its number used again at once.  A fd that cannot be
 * watched (closed, a regular file) gives NULL here or CX_E_SYS from the first
 * poll; an interest that is none, NULL.  Where an op on the same number was
 * READY since the last turn, the error may come from a later poll, and a
 * regular file be READY.
 */
struct cx_op *cx_fd_ready(struct cx_exec *ex, int fd, int interest);

/* How a task ended: what a join writes. */
enum cx_end {
	CX_END_READY = 0,
	CX_END_PANIC = 1,
	CX_END_CANCELLED = 2, /* or dropped by cx_free */
};

/*
 * READY once the future of the task has been dropped, with *out = an enum
 * cx_end.  Several may wait for one task.  NULL: no such task, or it has
 * ended; one that was cancelled has not until its future is dropped.
 */
struct cx_op *cx_join(struct cx_exec *ex, uint64_t task);

/*
 * Polls op inside a poll of a suite future and registers that task.  out
 * may be NULL; a timer writes 0.
 */
int cx_op_poll(struct cx_op *op, struct cx_ctx *cx, uint64_t *out);

/*
 * The same with a suite-made waker.  w is borrowed: cloned if kept.  Of
 * several polls only the last waker is woken.
 */
int cx_op_poll_with(struct cx_op *op, const struct cx_waker_vt *vt, void *w,
		    uint64_t *out);

/*
 * Also while pending, which cancels it: what happens later wakes nobody, and
 * the waker it kept is dropped by the end of the next turn, or woken once.
 */
void cx_op_drop(struct cx_op *op);

/* ---- channel: unbounded, many senders, one receiver, of uint64_t */

/* [T] Both ends, or an error and neither. */
int cx_chan(struct cx_exec *ex, struct cx_tx **tx, struct cx_rx **rx);

/* [A] NULL: no memory. */
struct cx_tx *cx_tx_clone(struct cx_tx *tx);

/*
 * [A] CX_E_CLOSED once the receiver is dropped; CX_E_SYS if there is no
 * memory, and the item was not taken.
 */
int cx_tx_send(struct cx_tx *tx, uint64_t item);

/* [A] The last one closes: receives give what is queued, then CX_CLOSED. */
void cx_tx_drop(struct cx_tx *tx);

/*
 * [T] One item in *out for one READY; one op at a time on a receiver, made
 * and dropped while that lives.  Dropping a pending receive loses no item and
 * no wake.
 */
struct cx_op *cx_rx_recv(struct cx_rx *rx);

/* [T] What is queued is discarded. */
void cx_rx_drop(struct cx_rx *rx);

/*
 * ---- virtual time [T]
 *
 * Pausing stops cx_now for good; a run that has nothing to do then jumps to
 * the next deadline.  With nothing runnable, no deadline and no readiness or
 * channel wait, it returns CX_E_STALLED.  Pausing twice is once; advancing
 * time that is not paused is CX_E_INVAL.
 */
int cx_time_pause(struct cx_exec *ex);
int cx_time_advance(struct cx_exec *ex, uint64_t ns);

#if defined(__cplusplus)
}
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
