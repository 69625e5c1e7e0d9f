/*
 * The interposer, second part: the executable exports the functions that tell
 * the time, so that a statement can move what the library takes for it.
 *
 * Clocks that measure processors are not touched.  The system's own sleeps go
 * by its own clocks; only waits for events are asked about (count_linux.c).
 */
#define _GNU_SOURCE
#include "clocks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

enum {
	NS_PER_S = 1000000000
};

typedef int gettime_fn(clockid_t, struct timespec *);
typedef int timerfd_fn(int, int);

static gettime_fn *_Atomic next_gettime;
static _Atomic int64_t wall_ahead;
static _Atomic int64_t moved;
static _Atomic uint64_t asked;

bool (*_Atomic clocks_on_wait)(int64_t ns);

/* Before the library, and other threads, are there. */
__attribute__((constructor)) static void find_next(void)
{
	void *found = dlsym(RTLD_NEXT, "clock_gettime");
	gettime_fn *next;

	memcpy((void *)&next, &found, sizeof(found));
	next_gettime = next;
}

static int gettime(clockid_t clock, struct timespec *ts)
{
	gettime_fn *next = next_gettime;

	/* somebody asked before there was a constructor */
	return next ? next(clock, ts)
		    : (int)syscall(SYS_clock_gettime, clock, ts);
}

static int64_t ahead(clockid_t clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		return wall_ahead + moved;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return moved;
	default:
		return 0;
	}
}

static void add(struct timespec *ts, int64_t ns)
{
	ts->tv_sec += ns / NS_PER_S;
	ts->tv_nsec += ns % NS_PER_S;
	if (ts->tv_nsec >= NS_PER_S) {
		ts->tv_sec++;
		ts->tv_nsec -= NS_PER_S;
	} else if (ts->tv_nsec < 0) {
		ts->tv_sec--;
		ts->tv_nsec += NS_PER_S;
	}
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int rc = gettime(clock, ts);
	int64_t ns = ahead(clock);

	/* relaxed: no order that the library has not made itself */
	atomic_fetch_add_explicit(&asked, 1, memory_order_relaxed);
	if (rc == 0 && ns != 0)
		add(ts, ns);
	return rc;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	/* nobody sets it any more */
	if (zone)
		memset(zone, 0, sizeof(struct timezone));
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME_COARSE, &ts) < 0)
		return -1;
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

/* What ends a wait at a time of the system's own. */
int timerfd_create(clockid_t clock, int flags)
{
	void *found = dlsym(RTLD_NEXT, "timerfd_create");
	timerfd_fn *next;

	if (clocks_on_wait)
		skip_because("it has a timerfd, which cannot be hurried");
	memcpy((void *)&next, &found, sizeof(found));
	if (!next) {
		errno = ENOSYS;
		return -1;
	}
	return next(clock, flags);
}

void clocks_set_wall(int64_t ns)
{
	wall_ahead = ns;
}

void clocks_move(uint64_t ns)
{
	moved += (int64_t)ns;
}

uint64_t clocks_moved(void)
{
	return (uint64_t)moved;
}

uint64_t clocks_real_ns(void)
{
	struct timespec ts = { 0 };

	gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t clocks_asked(void)
{
	return asked;
}
