/* In the process of a statement. */
#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api.h"
#include "os_linux.h"
#include "suite.h"

static struct {
	int fd;
	pid_t pid;
	dev_t dev;
	ino_t ino;
} pipe_end;

static void tell(struct record *r)
{
	static const char *const words[] = {
		[EVENT_PASS] = "pass",
		[EVENT_FAIL] = "fail",
		[EVENT_SKIP] = "skipped",
		[EVENT_UNCLAIMED] = "not claimed",
	};

	if (pipe_end.fd >= 0) {
		r->pid = getpid();
		if (write(pipe_end.fd, r, sizeof(*r)) != sizeof(*r))
			_exit(STATUS_NO_PIPE);
	} else if (r->event >= EVENT_PASS) {
		printf("%s", words[r->event]);
		if (r->reason[0])
			printf(": %s", r->reason);
		if (r->line)
			printf(" (%s:%d)", r->file, r->line);
		printf("\n");
		fflush(stdout);
	}
}

static _Noreturn void end(struct record *r)
{
	/* a process that the library forked has nothing to say */
	if (getpid() == pipe_end.pid)
		tell(r);
	_exit(r->event == EVENT_FAIL);
}

_Noreturn void fail_at(const char *file, int line, const char *fmt, ...)
{
	struct record r = { .event = EVENT_FAIL, .line = line };
	const char *base = strrchr(file, '/');
	va_list args;

	snprintf(r.file, sizeof(r.file), "%s", base ? base + 1 : file);
	va_start(args, fmt);
	vsnprintf(r.reason, sizeof(r.reason), fmt, args);
	va_end(args);
	end(&r);
}

_Noreturn void skip_because(const char *reason)
{
	struct record r = { .event = EVENT_SKIP };

	snprintf(r.reason, sizeof(r.reason), "%s", reason);
	end(&r);
}

static void say_exhausted(void)
{
	struct record r = { .event = EVENT_EXHAUSTED };

	tell(&r);
}

/* Are the pipe and the standard descriptors what they were? */
static void check_descriptors(void)
{
	struct stat now;

	for (int fd = 0; fd <= 2; fd++)
		CHECK(fstat(fd, &now) == 0,
		      "closed descriptor %d, which it does not own", fd);
	if (pipe_end.fd < 0)
		return;
	if (fstat(pipe_end.fd, &now) < 0 || now.st_dev != pipe_end.dev ||
	    now.st_ino != pipe_end.ino)
		_exit(STATUS_NO_PIPE);
}

static void remember_pipe(int fd)
{
	struct stat now = { 0 };

	pipe_end.fd = fd;
	pipe_end.pid = getpid();
	if (fd >= 0 && fstat(fd, &now) == 0) {
		pipe_end.dev = now.st_dev;
		pipe_end.ino = now.st_ino;
	}
}

_Noreturn void child_run(const struct statement *one, const char *library,
			 int fd)
{
	struct record r = { .event = EVENT_STARTED };

	remember_pipe(fd);
	tell(&r);
	os_when_exhausted = say_exhausted;
	api_load(library);
	r.event = EVENT_LOADED;
	snprintf(r.name, sizeof(r.name), "%s", cx_name());
	tell(&r);
	r.event = EVENT_UNCLAIMED;
	if (one->needs & ~cx_caps())
		end(&r);
	if (one->poison)
		poison_start();
	one->run();
	if (one->poison)
		poison_check();
	check_descriptors();
	r.event = EVENT_PASS;
	end(&r);
}
