/*
 * The reference, whose cx_new is called right_new here, with its time or its
 * waits from somewhere else, as HOW says.  What is defined here, and not
 * exported, stands before the C library's.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "cohort_executor.h"

enum {
	RIGHT,
	HAS_TIMERFD,
	OWN_CLOCK, /* of the system, round the C library */
	OWN_WAITS, /* the same */
	NAPS,	   /* and looks for events in between */
	TICKS,	   /* a wait is 10 ms at most */
	LOOKS_HOURLY,
	FAR_IS_NONE, /* a time-out of weeks is none */
	FAR_IS_NONE_BESIDE_THREAD,
	FAR_IS_ZERO,
	FAR_IS_A_MS,
	FAR_IS_FAR_OFF, /* it is doubled */
};

enum {
	WEEKS = 21 * 24 * 3600
};

#define HIDDEN __attribute__((visibility("hidden")))

struct cx_exec *right_new(void);

static void *idle(void *data)
{
	(void)data;
	for (;;)
		pause();
	return NULL;
}

struct cx_exec *cx_new(void)
{
	pthread_t thread;

	if (HOW == HAS_TIMERFD)
		close(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	if (HOW == FAR_IS_NONE_BESIDE_THREAD)
		pthread_create(&thread, NULL, idle, NULL);
	return right_new();
}

#if HOW_CLOCK
HIDDEN int clock_gettime(clockid_t clock, struct timespec *ts)
{
	return (int)syscall(SYS_clock_gettime, clock, ts);
}
#endif

/* What becomes of a time-out; NULL is none. */
static const struct timespec *bend(const struct timespec *time,
				   struct timespec *bent)
{
	*bent = *time;
	switch (HOW) {
	case TICKS:
		if (time->tv_sec > 0 || time->tv_nsec > 10000000)
			*bent = (struct timespec){ .tv_nsec = 10000000 };
		break;
	case LOOKS_HOURLY:
		if (time->tv_sec >= 3600)
			*bent = (struct timespec){ .tv_sec = 3600 };
		break;
	case FAR_IS_NONE:
	case FAR_IS_NONE_BESIDE_THREAD:
		return time->tv_sec > WEEKS ? NULL : bent;
	case FAR_IS_ZERO:
		if (time->tv_sec > WEEKS)
			*bent = (struct timespec){ 0 };
		break;
	case FAR_IS_A_MS:
		if (time->tv_sec > WEEKS)
			*bent = (struct timespec){ .tv_nsec = 1000000 };
		break;
	case FAR_IS_FAR_OFF:
		if (time->tv_sec > WEEKS)
			bent->tv_sec *= 2;
		break;
	default:
		break;
	}
	return bent;
}

static int ms_of(const struct timespec *time)
{
	int64_t ms = time->tv_sec * 1000 + (time->tv_nsec + 999999) / 1000000;

	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

HIDDEN int epoll_pwait2(int ep, struct epoll_event *events, int room,
			const struct timespec *time, const sigset_t *mask)
{
	struct timespec bent;
	const struct timespec *to = bend(time, &bent);
	int ms = to ? ms_of(to) : -1;
	int count;

	if (HOW == NAPS) {
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		return epoll_wait(ep, events, room, 0);
	}
	if (HOW == OWN_WAITS)
		return (int)syscall(SYS_epoll_pwait, ep, events, room, ms, mask,
				    8);
	/* where one wait cannot take as long, it takes two */
	count = epoll_pwait(ep, events, room, ms, mask);
	if (count != 0 || ms < INT32_MAX)
		return count;
	to = &(struct timespec){ .tv_sec = to->tv_sec - INT32_MAX / 1000 };
	return epoll_pwait(ep, events, room, ms_of(to), mask);
}
