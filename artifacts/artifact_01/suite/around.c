#include "around.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "os_linux.h"
#include "suite.h"

enum {
	SOCKET, /* in held */
	SIGNALS = 65,
};

/* Descriptors that are not the library's; -1: not held. */
static struct held {
	int fd;
	dev_t dev;
	ino_t ino;
} held[] = {
	{ .fd = -1 }, { .fd = 0 },  { .fd = 1 },   { .fd = 2 },
	{ .fd = 3 },  { .fd = 50 }, { .fd = 200 }, { .fd = 700 },
};

enum {
	HELD = sizeof(held) / sizeof(held[0])
};

static const struct {
	int what;
	const char *name;
} limits[] = {
	{ RLIMIT_AS, "RLIMIT_AS" },	    { RLIMIT_CORE, "RLIMIT_CORE" },
	{ RLIMIT_CPU, "RLIMIT_CPU" },	    { RLIMIT_DATA, "RLIMIT_DATA" },
	{ RLIMIT_FSIZE, "RLIMIT_FSIZE" },   { RLIMIT_STACK, "RLIMIT_STACK" },
	{ RLIMIT_NOFILE, "RLIMIT_NOFILE" },
};

enum {
	LIMITS = sizeof(limits) / sizeof(limits[0])
};

static struct {
	struct sigaction actions[SIGNALS];
	sigset_t mask;
	mode_t umask;
	struct rlimit limits[LIMITS];
} before;

/* ---- before */

/* A high number, which no loop over the low ones comes to. */
static int draw(int fd)
{
	struct rlimit limit;
	rlim_t soft;
	uint32_t drawn;
	uint32_t half;
	int taken;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	soft = limit.rlim_cur;
	half = (uint32_t)(limit.rlim_max < MOST_DESCRIPTORS
				  ? limit.rlim_max
				  : MOST_DESCRIPTORS) /
	       2;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -1;
	os_random(&drawn, sizeof(drawn));
	/* in the upper half, and some are left above it */
	drawn = half + drawn % (half - half / 8);
	taken = fcntl(fd, F_DUPFD_CLOEXEC, (int)drawn);
	limit.rlim_cur = soft;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (taken >= 0)
		close(fd);
	return taken;
}

static void hold(struct held *one)
{
	struct stat now;

	if (one->fd > 2 && one != &held[SOCKET] &&
	    (fcntl(one->fd, F_GETFD) >= 0 || dup2(0, one->fd) < 0))
		one->fd = -1; /* somebody else's, under a debugger */
	if (one->fd < 0 || fstat(one->fd, &now) < 0) {
		one->fd = -1;
		return;
	}
	one->dev = now.st_dev;
	one->ino = now.st_ino;
}

int around_note(int fd)
{
	held[SOCKET].fd = fd < 0 ? -1 : draw(fd);
	for (int i = 0; i < HELD; i++)
		hold(&held[i]);
	for (int i = 1; i < SIGNALS; i++)
		sigaction(i, NULL, &before.actions[i]);
	pthread_sigmask(SIG_SETMASK, NULL, &before.mask);
	before.umask = umask(022);
	umask(before.umask);
	for (int i = 0; i < LIMITS; i++)
		getrlimit(limits[i].what, &before.limits[i]);
	return held[SOCKET].fd;
}

/* ---- after */

static bool is_held(const struct held *one)
{
	struct stat now;

	return one->fd < 0 ||
	       (fstat(one->fd, &now) == 0 && now.st_dev == one->dev &&
		now.st_ino == one->ino);
}

bool around_has_socket(void)
{
	return is_held(&held[SOCKET]);
}

static void check_signals(void)
{
	struct sigaction now;
	struct itimerval timer;
	sigset_t mask;

	for (int i = 1; i < SIGNALS; i++) {
		/* to ignore SIGPIPE is what every network library does */
		if (i == SIGPIPE || sigaction(i, NULL, &now) < 0)
			continue;
		CHECK(now.sa_handler == before.actions[i].sa_handler,
		      "changed what signal %d (%s) does", i, strsignal(i));
	}
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (int i = 1; i < SIGNALS; i++)
		CHECK(sigismember(&mask, i) == sigismember(&before.mask, i),
		      "left signal %d (%s) %s on the loop thread", i,
		      strsignal(i),
		      sigismember(&mask, i) ? "blocked" : "unblocked");
	CHECK(getitimer(ITIMER_REAL, &timer) < 0 ||
		      (timer.it_value.tv_sec == 0 &&
		       timer.it_value.tv_usec == 0),
	      "left an interval timer running: it ends in SIGALRM");
}

static void check_limits(void)
{
	mode_t mask = umask(022);

	umask(mask);
	CHECK(mask == before.umask, "changed the umask");
	for (int i = 0; i < LIMITS; i++) {
		struct rlimit now;

		getrlimit(limits[i].what, &now);
		/* more descriptors are what a server asks for */
		CHECK(now.rlim_cur == before.limits[i].rlim_cur ||
			      (limits[i].what == RLIMIT_NOFILE &&
			       now.rlim_cur > before.limits[i].rlim_cur),
		      "changed the limit %s", limits[i].name);
	}
}

void around_check(void)
{
	for (int i = SOCKET + 1; i < HELD; i++)
		CHECK(is_held(&held[i]),
		      "closed descriptor %d, which it does not own",
		      held[i].fd);
	check_signals();
	check_limits();
}
