/*
 * Libraries that misbehave, each in the way that WRONG names.  Most are the
 * reference, whose functions of the same names are called right_ here, but
 * for what happens at load or in one function.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cohort_executor.h"

enum {
	ABI = 1,
	LOAD_CRASHES,
	LOAD_EXITS,
	NEW_LOOPS,
	NEW_IS_NULL,
	CRASHES,
	EXITS,
	SLEEPS,
	SPINS,
	FORKS,
	FORKS_AND_RUNS,
	PRINTS,
	CLOSES,
	CLOSES_STANDARD,
	EATS,
};

uint32_t cx_abi(void)
{
	return WRONG == ABI ? 99 : CX_ABI_VERSION;
}

struct cx_exec *right_new(void);

struct cx_exec *cx_new(void)
{
	while (WRONG == NEW_LOOPS)
		;
	return WRONG == NEW_IS_NULL ? NULL : right_new();
}

__attribute__((constructor)) static void at_load(void)
{
	if (WRONG == LOAD_CRASHES)
		raise(SIGSEGV);
	if (WRONG == LOAD_EXITS)
		_exit(0);
}

static void close_all(int first, int last)
{
	for (int fd = first; fd <= last; fd++)
		close(fd);
}

static void print_much(void)
{
	for (int i = 0; i < 40000; i++)
		fputs("so much to say, and nobody who wants to hear it all\n",
		      stderr);
}

static void misbehave(void)
{
	volatile int zero = 0;

	switch (WRONG) {
	case CRASHES:
		*(volatile int *)(uintptr_t)zero = 1;
		break;
	case EXITS:
		_exit(0);
	case SLEEPS:
		for (;;)
			pause();
	case SPINS:
		for (;;)
			zero++;
	case FORKS:
		if (fork() == 0)
			pause();
		break;
	case FORKS_AND_RUNS:
		if (fork() == 0)
			setsid();
		break;
	case PRINTS:
		print_much();
		break;
	case CLOSES:
		close_all(3, 255);
		break;
	case CLOSES_STANDARD:
		close_all(1, 2);
		break;
	case EATS:
		while (malloc(1 << 20))
			;
		abort();
	}
}

int right_cancel(struct cx_exec *ex, uint64_t task);

int cx_cancel(struct cx_exec *ex, uint64_t task)
{
	misbehave();
	return right_cancel(ex, task);
}
