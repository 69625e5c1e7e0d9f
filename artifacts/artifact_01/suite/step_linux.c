/*
 * Learning by the trap flag, behind which x86-64 raises SIGTRAP after each
 * instruction; holding by a breakpoint, an int3 in the place of the
 * instruction's first byte.  The flag alone would do, but costs a virtual
 * machine 50 us a step.
 */
#define _GNU_SOURCE
#include "step.h"

#include <errno.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "api.h"
#include "os_linux.h"
#include "record.h"
#include "symbols.h"

#if defined(__x86_64__) && !defined(SANITIZED)

enum {
	TRAP_FLAG = 0x100,
	BREAKPOINT = 0xcc,
	BEGINS_MS = 100,
	PATIENCE_MS = 3, /* with one that may hold a lock */
	MOST_STEPS = 20000,
	MOST_PLACES = 4096,
	MOST_VISITS = 2, /* of one instruction */
	SEEN = 4 * MOST_PLACES
};

struct place {
	uintptr_t at;
	unsigned int visit;
};

static struct {
	struct steps *_Atomic current;
	uintptr_t from; /* the library's code */
	uintptr_t to;
	uintptr_t base;
	struct sigaction before;
	struct place places[MOST_PLACES];
	struct place seen[SEEN];   /* visits so far, by address */
	const unsigned char *copy; /* of the code, as it was */
	atomic_flag lock;	   /* of the code, and of what is below */
	uintptr_t planted;	   /* where the breakpoint is; 0: nowhere */
	bool inside;		   /* the latest step was in the library */
} own = { .lock = ATOMIC_FLAG_INIT };

/* The place of the breakpoint, where this thread is stepped over it. */
static _Thread_local uintptr_t passing;

/* False: not within MS. */
static bool await(sem_t *sem, unsigned int ms)
{
	struct timespec until;
	int rc;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)ms * MS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	do
		rc = sem_clockwait(sem, CLOCK_MONOTONIC, &until);
	while (rc < 0 && errno == EINTR);
	return rc == 0;
}

/* ---- in the handler */

/* A visit of AT by the thread that learns. */
static void learn(struct steps *s, uintptr_t at)
{
	size_t slot = (at ^ at >> 13) % SEEN;

	while (own.seen[slot].at && own.seen[slot].at != at)
		slot = (slot + 1) % SEEN;
	own.seen[slot].at = at;
	if (own.seen[slot].visit >= MOST_VISITS || s->places == MOST_PLACES)
		return;
	own.places[s->places++] = (struct place){ at, ++own.seen[slot].visit };
}

static bool is_code(uintptr_t at)
{
	return at >= own.from && at < own.to;
}

static void lock_code(void)
{
	while (atomic_flag_test_and_set(&own.lock))
		sched_yield();
}

static void unlock_code(void)
{
	atomic_flag_clear(&own.lock);
}

static void plant(uintptr_t at)
{
	own.planted = at;
	*(volatile unsigned char *)at = BREAKPOINT;
}

/* The code at AT as it was. */
static void restore(uintptr_t at)
{
	*(volatile unsigned char *)at = own.copy[at - own.from];
}

/* It goes on to be stepped, or not. */
static bool learn_step(struct steps *s, const greg_t *regs)
{
	uintptr_t at = (uintptr_t)regs[REG_RIP];
	bool left = own.inside && !is_code(at);
	uintptr_t back;

	own.inside = is_code(at);
	if (own.inside)
		learn(s, at);
	if (++s->steps >= MOST_STEPS)
		return false;
	if (!left)
		return true;
	/* called by the library: on from where it comes back to it */
	memcpy(&back, (const void *)regs[REG_RSP], sizeof(back));
	if (!is_code(back))
		return true;
	plant(back);
	return false;
}

/* What a thread does behind a trap. */
enum after {
	GOES_ON,
	IS_STEPPED,
	IS_HELD,
};

/* At a breakpoint at AT, which may be one of old. */
static enum after hit(struct steps *s, bool is_it, const greg_t *regs)
{
	uintptr_t at = (uintptr_t)regs[REG_RIP];

	restore(at);
	if (!s || !s->on || at != own.planted)
		return GOES_ON;
	if (is_it && (s->stop < 0 || --s->visit == 0)) {
		own.planted = 0;
		return s->stop >= 0	     ? IS_HELD
		       : learn_step(s, regs) ? IS_STEPPED
					     : GOES_ON;
	}
	/* over the instruction that is there */
	passing = at;
	return IS_STEPPED;
}

/* Behind one instruction. */
static enum after step(struct steps *s, bool is_it, const greg_t *regs)
{
	uintptr_t passed = passing;

	passing = 0;
	if (passed && passed == own.planted)
		plant(passed);
	if (passed || !is_it || s->stop >= 0)
		return GOES_ON;
	return learn_step(s, regs) ? IS_STEPPED : GOES_ON;
}

/* On a busy machine the other may need a while to begin at all. */
static void hold(struct steps *s)
{
	bool gone_on = false;

	s->on = false;
	sem_post(&s->is_held);
	for (int i = 0; i < BEGINS_MS && !s->met && !gone_on; i++)
		gone_on = await(&s->let_go, 1);
	if (!gone_on)
		await(&s->let_go, PATIENCE_MS);
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct steps *s = own.current;
	enum after after = GOES_ON;
	int was = errno;
	bool is_it = s && s->tid == os_tid();

	(void)signal;
	if (info->si_code == SI_KERNEL &&
	    is_code((uintptr_t)regs[REG_RIP] - 1)) {
		regs[REG_RIP]--;
		lock_code();
		after = hit(s, is_it, regs);
		unlock_code();
	} else if (s && s->on) {
		lock_code();
		after = step(s, is_it, regs);
		unlock_code();
	} else {
		passing = 0;
	}
	if (after == IS_STEPPED)
		regs[REG_EFL] |= TRAP_FLAG;
	else
		regs[REG_EFL] &= ~TRAP_FLAG;
	if (after == IS_HELD)
		hold(s);
	errno = was;
}

/* ---- before */

static int find_code(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t in = (uintptr_t)data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + part->p_vaddr;

		if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) ||
		    in < from || in >= from + part->p_memsz)
			continue;
		own.from = from;
		own.to = from + part->p_memsz;
		own.base = info->dlpi_addr;
		return 1;
	}
	return 0;
}

/* Under a debugger the traps are its own. */
static bool is_traced(void)
{
	char line[128];
	FILE *status = fopen("/proc/self/status", "re");
	int tracer = 0;

	if (!status)
		return false;
	while (fgets(line, sizeof(line), status) &&
	       sscanf(line, "TracerPid: %d", &tracer) != 1)
		;
	fclose(status);
	return tracer != 0;
}

static bool protect_code(int how)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = own.from & ~(page - 1);

	return mprotect((void *)from, own.to - from, how) == 0;
}

static bool copy_code(void)
{
	unsigned char *copy = malloc(own.to - own.from);

	if (copy)
		memcpy(copy, (const void *)own.from, own.to - own.from);
	own.copy = copy;
	return copy;
}

static bool can_hold(void)
{
	return !is_traced() && dl_iterate_phdr(find_code, api_code()) == 1 &&
	       copy_code() &&
	       protect_code(PROT_READ | PROT_WRITE | PROT_EXEC) &&
	       protect_code(PROT_READ | PROT_EXEC);
}

bool steps_possible(void)
{
	static int known = -1;

	if (known < 0)
		known = can_hold();
	if (!known)
		child_remark(BY_CHANCE);
	return known;
}

void steps_begin(struct steps *s)
{
	struct sigaction action = { .sa_sigaction = on_trap,
				    .sa_flags = SA_SIGINFO };

	if (!s->ms)
		s->ms = 1200;
	s->round = -1;
	s->until = wall_ns() + (uint64_t)s->ms * MS;
	sem_init(&s->is_held, 0, 0);
	sem_init(&s->let_go, 0, 0);
	memset(own.seen, 0, sizeof(own.seen));
	protect_code(PROT_READ | PROT_WRITE | PROT_EXEC);
	sigaction(SIGTRAP, &action, &own.before);
	own.current = s;
}

void steps_end(struct steps *s)
{
	own.current = NULL;
	sigaction(SIGTRAP, &own.before, NULL);
	protect_code(PROT_READ | PROT_EXEC);
	sem_destroy(&s->is_held);
	sem_destroy(&s->let_go);
}

/* ---- rounds */

static long common_divisor(long a, long b)
{
	while (b) {
		long rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* About the golden section of PLACES, and steps of it come to each. */
static long stride_of(long places)
{
	long stride = places * 5 / 8;

	while (stride > 1 && common_divisor(places, stride) != 1)
		stride--;
	return stride > 0 ? stride : 1;
}

/* Those that were come to first, before those that are come to again. */
static void put_in_order(struct steps *s)
{
	static struct place again[MOST_PLACES];
	long count = 0;

	s->first = 0;
	for (long i = 0; i < s->places; i++) {
		if (own.places[i].visit == 1)
			own.places[s->first++] = own.places[i];
		else
			again[count++] = own.places[i];
	}
	memcpy(&own.places[s->first], again, (size_t)count * sizeof(again[0]));
}

/* Which one of COUNT has its turn in round ROUND, of 1 to COUNT. */
static long turn_of(long round, long count)
{
	return round * stride_of(count) % count;
}

/*
 * The first round learns.  Then the places come in an order that is spread
 * over all of them, however soon the time is over.
 */
bool steps_next(struct steps *s)
{
	long round = ++s->round;

	if (round == 1) {
		s->places = s->reached ? s->reached : s->places;
		put_in_order(s);
	}
	if (round > 0 && (round > s->places || wall_ns() > s->until))
		return false;
	if (round == 0)
		s->stop = -1;
	else if (round <= s->first)
		s->stop = turn_of(round, s->first);
	else
		s->stop = s->first +
			  turn_of(round - s->first, s->places - s->first);
	s->met = false;
	s->visit = round == 0 ? 0 : own.places[s->stop].visit;
	while (sem_trywait(&s->is_held) == 0 || sem_trywait(&s->let_go) == 0)
		;
	return true;
}

void steps_on(struct steps *s)
{
	s->tid = os_tid();
	s->on = true;
	if (s->stop >= 0) {
		lock_code();
		plant(own.places[s->stop].at);
		unlock_code();
		return;
	}
	own.inside = false;
	__asm__ volatile("sub $128, %%rsp\n\t" /* the red zone */
			 "pushfq\n\t"
			 "orq $0x100, (%%rsp)\n\t"
			 "popfq\n\t"
			 "add $128, %%rsp"
			 :
			 :
			 : "memory", "cc");
}

void steps_off(struct steps *s)
{
	if (!atomic_exchange(&s->on, false))
		return;
	lock_code();
	if (own.planted)
		restore(own.planted);
	own.planted = 0;
	unlock_code();
	sem_post(&s->is_held);
}

void steps_meet(struct steps *s)
{
	unsigned int steps = s->steps;

	for (int asleep = 0; asleep < 4; steps = s->steps) {
		if (await(&s->is_held, 2)) {
			s->met = true;
			return;
		}
		asleep = s->on && s->steps == steps && os_sleeps(s->tid)
				 ? asleep + 1
				 : 0;
	}
	/* what it comes to when it has been woken is not on its way here */
	if (s->stop < 0)
		s->reached = s->places;
}

void steps_let_go(struct steps *s)
{
	sem_post(&s->let_go);
}

const char *steps_place(const struct steps *s)
{
	static char text[160] = "at ";

	if (s->stop < 0)
		return "asleep";
	symbol_write(text + 3, sizeof(text) - 3, own.places[s->stop].at,
		     own.base);
	return text;
}

#endif /* step_none.c has the rest */
