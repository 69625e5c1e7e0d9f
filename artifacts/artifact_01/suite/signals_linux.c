/*
 * The interposer, third part: the executable exports the functions by which a
 * thread blocks signals, so that SIGTRAP is never among them.
 *
 * Libraries block all signals in threads of their own, or while they hold a
 * lock.  A thread that comes to a breakpoint (step_linux.c) with SIGTRAP
 * blocked is killed by the system, right as it may be.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

typedef int mask_fn(int, const sigset_t *, sigset_t *);

/* Two threads may both be the first, and find the same. */
static mask_fn *next_of(mask_fn *_Atomic *known, const char *name)
{
	mask_fn *next = *known;

	if (!next) {
		void *found = dlsym(RTLD_NEXT, name);

		memcpy((void *)&next, &found, sizeof(found));
		*known = next;
	}
	return next;
}

/* SET but for SIGTRAP, in COPY; what is unblocked stays as it is. */
static const sigset_t *spare(int how, const sigset_t *set, sigset_t *copy)
{
	if (!set || how == SIG_UNBLOCK)
		return set;
	*copy = *set;
	sigdelset(copy, SIGTRAP);
	return copy;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	static mask_fn *_Atomic known;
	mask_fn *next = next_of(&known, "pthread_sigmask");
	sigset_t copy;

	return next ? next(how, spare(how, set, &copy), old) : ENOSYS;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	static mask_fn *_Atomic known;
	mask_fn *next = next_of(&known, "sigprocmask");
	sigset_t copy;

	if (next)
		return next(how, spare(how, set, &copy), old);
	errno = ENOSYS;
	return -1;
}
