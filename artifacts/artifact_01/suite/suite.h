#ifndef ARTIFACT_01_SUITE_H
#define ARTIFACT_01_SUITE_H

/*
 * The conformance suite: what statements are made of.
 *
 * A statement is a function.  It runs in a process of its own, which has
 * loaded the library, and it calls the cx_ functions as if it were linked to
 * it (api.c carries the calls over).  It returns if the library keeps the
 * statement, and ends the process by fail() where it does not, from whatever
 * depth and thread.  So nothing needs to be cleaned up on failure.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cohort_executor.h"

struct statement {
	const char *id;
	char group;	/* 'L'anguage, 'G'ood executor, 'K': the course's own */
	bool poison;	/* freed memory is overwritten, and looked after */
	uint64_t needs; /* enum cx_cap */
	void (*run)(void);
};

extern const struct statement waker_statements[];
extern const struct statement clone_statements[];
extern const struct statement wake_statements[];
extern const struct statement task_statements[];
extern const struct statement run_statements[];
extern const struct statement fair_statements[];
extern const struct statement turn_statements[];
extern const struct statement timer_statements[];
extern const struct statement io_statements[];
extern const struct statement gone_io_statements[];
extern const struct statement load_io_statements[];
extern const struct statement bit_io_statements[];
extern const struct statement rest_statements[];
extern const struct statement choice_statements[];
extern const struct statement channel_statements[];
extern const struct statement join_statements[];
extern const struct statement extra_statements[];
extern const struct statement paused_statements[];
extern const struct statement clock_statements[];
extern const struct statement rule_statements[];
extern const struct statement say_statements[];
extern const struct statement cost_statements[];
extern const struct statement past_statements[];

/* Open for statement ID what cannot be opened once there is a library. */
void io_prepare(const char *id);

/* NULL: there is none.  The first is what loads the library. */
const struct statement *statement_at(size_t at);
const struct statement *statement_find(const char *id);

/* ---- how a statement ends early */

_Noreturn void fail_at(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void skip_because(const char *reason);

/* What a call gave that is no poll, in a word: CX_OK, CX_PANIC, CX_E_SYS. */
const char *call_word(int rc);

#define FAIL(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(holds, ...)                  \
	do {                               \
		if (!(holds))              \
			FAIL(__VA_ARGS__); \
	} while (0)

/* Leave the statement out if the machine is too loaded to tell time. */
void skip_if_busy(void);

/* ---- a future that counts */

struct probe {
	/* what a poll does, and its result; without it: stay pending */
	int (*step)(struct probe *p, struct cx_ctx *cx);
	void (*last)(struct probe *p); /* what its drop does */
	struct cx_exec *ex;
	void *data;
	struct probe *peer;
	long n;
	int polls;
	int drops;
	uint64_t polled_at; /* tick of the latest poll */
	uint64_t dropped_at;
	uint64_t id;
	bool keeps; /* a clone of its waker in kept, from the first poll */
	bool has_kept;
	struct cx_waker kept;
	struct cx_op *op;

	/* what it checks by itself */
	bool anywhere; /* its drop may be on any thread */
	bool inside;
	bool dropping;
	bool taken;
	pthread_t thread;
};

/* A global sequence number. */
uint64_t tick(void);

/* How many polls there were of all probes. */
extern _Atomic uint64_t all_polls;

struct cx_exec *exec_new(void);
struct cx_future probe_future(struct cx_exec *ex, struct probe *p);
void probe_spawn(struct cx_exec *ex, struct probe *p);
void probe_block_on(struct cx_exec *ex, struct probe *p);
void probe_forget(struct probe *p); /* drops its waker */
void exec_run(struct cx_exec *ex);

/* Let the executor make at least N rounds with something to do. */
void turns(struct cx_exec *ex, long n);

/* Run until DONE says so; fails with WHAT after very many polls. */
void run_until(struct cx_exec *ex, bool (*done)(void *data), void *data,
	       const char *what);

/* For a step that wakes itself: instead, be woken in a millisecond. */
int pause_a_while(struct cx_ctx *cx);

/* Run for at least MS, parked if there is nothing else to do. */
void run_for(struct cx_exec *ex, unsigned int ms);

/* ---- steps */

int step_ready(struct probe *p, struct cx_ctx *cx);
int step_yield(struct probe *p, struct cx_ctx *cx);  /* n times */
int step_await(struct probe *p, struct cx_ctx *cx);  /* op; value in n */
int step_second(struct probe *p, struct cx_ctx *cx); /* ready when woken */

/* ---- a waker of the suite that counts */

struct counter {
	atomic_int clones;
	atomic_int drops; /* of clones, wakes by value among them */
	atomic_int wakes;
	void (*on_wake)(void *data);
	void *data;
};

extern const struct cx_waker_vt counter_vt;

int poll_with(struct cx_op *op, struct counter *c);

/* ---- threads */

/*
 * As code of a user may: park this thread with std::thread::park, for no time,
 * which takes the token that an unpark left.  False: the library is none of
 * Rust's, and has no such thing.
 */
bool park_thread(void);

/*
 * As code of a user may: panic here, through what called, which cleans up
 * nothing on that way.  Not can_panic: the library is none of Rust's.
 */
bool can_panic(void);
_Noreturn void panic_here(void);

pthread_t thread_start(void *(*run)(void *), void *data);
void thread_join(pthread_t thread);

/* ---- clocks */

enum {
	MS = 1000000
};

uint64_t wall_ns(void);
uint64_t cpu_ns(void); /* of this thread */
void doze(uint64_t ns);
bool counts_waits(void); /* has it called epoll_wait or the like? */

/* ---- what the interposer counts (os_linux.c) */

struct counts {
	uint64_t allocs; /* calls that gave memory */
	int64_t blocks;	 /* alive */
	int64_t bytes;	 /* alive, as malloc_usable_size says */
	uint64_t waits;	 /* epoll_wait, poll and their kin */
};

struct counts counts_now(void);
/* The NTH allocation of this thread from now on fails, and it alone. */
void counts_fail(long nth);
bool counts_failed(void); /* since then? */

bool counts_memory(void); /* false in a build with a sanitizer */
void poison_start(void);
void poison_check(void);	  /* fails if freed memory was written to */
long os_voluntary_switches(void); /* of this thread, so far */

/* Raise the limit of descriptors; skips if COUNT are not to be had. */
void need_descriptors(unsigned int count);

#endif
