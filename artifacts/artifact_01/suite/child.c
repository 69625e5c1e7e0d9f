/* In the process of a statement. */
#include "record.h"

#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "api.h"
#include "around.h"
#include "filter.h"
#include "os_linux.h"
#include "suite.h"

static struct {
	int fd;
	pid_t pid;
	atomic_flag telling;
	struct key *key; /* in a page of its own; unreadable but in tell */
	size_t page;
} wire = { .fd = -1, .telling = ATOMIC_FLAG_INIT };

/* ---- telling */

static void send_record(struct record *r, int attached)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec parts[2] = {
		{ .iov_base = wire.key, .iov_len = sizeof(*wire.key) },
		{ .iov_base = r, .iov_len = sizeof(*r) },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	bool sent;

	if (attached >= 0) {
		memset(&control, 0, sizeof(control));
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.header), &attached, sizeof(int));
	}
	r->pid = getpid();
	while (atomic_flag_test_and_set(&wire.telling))
		sched_yield();
	sent = around_has_socket() &&
	       mprotect(wire.key, wire.page, PROT_READ) == 0 &&
	       sendmsg(wire.fd, &message, MSG_NOSIGNAL) > 0 &&
	       mprotect(wire.key, wire.page, PROT_NONE) == 0;
	atomic_flag_clear(&wire.telling);
	if (!sent)
		_exit(STATUS_NO_PIPE);
}

static void tell(struct record *r)
{
	static const char *const words[] = {
		[EVENT_PASS] = "pass",
		[EVENT_FAIL] = "fail",
		[EVENT_SKIP] = "skipped",
		[EVENT_UNCLAIMED] = "not claimed",
	};

	if (wire.fd >= 0) {
		send_record(r, -1);
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
	if (getpid() == wire.pid)
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

/* Any thread may leave it. */
static const char *_Atomic remark = "";

void child_remark(const char *how)
{
	remark = how;
}

_Noreturn void child_pass(const char *how)
{
	struct record r = { .event = EVENT_PASS };

	snprintf(r.reason, sizeof(r.reason), "%s", how);
	end(&r);
}

void child_figure(const char *text)
{
	struct record r = { .event = EVENT_FIGURE };

	snprintf(r.reason, sizeof(r.reason), "%s", text);
	tell(&r);
}

static void say_exhausted(void)
{
	struct record r = { .event = EVENT_EXHAUSTED };

	tell(&r);
}

/* ---- starting */

/* The key comes first, and is the last thing that comes. */
static void read_key(int fd)
{
	void *page = os_page(&wire.page);

	if (!page ||
	    recv(fd, page, sizeof(*wire.key), 0) != sizeof(*wire.key) ||
	    shutdown(fd, SHUT_RD) < 0 ||
	    mprotect(page, wire.page, PROT_NONE) < 0)
		_exit(STATUS_NO_PIPE);
	wire.key = page;
}

/* Before the library gets a say. */
static void lock_up(const struct statement *one, int fd)
{
	struct record r = { .event = EVENT_STARTED };
	int listener = -1;

	wire.pid = getpid();
	if (fd >= 0)
		read_key(fd);
	wire.fd = around_note(fd);
	io_prepare(one->id);
	if (fd < 0)
		return;
#ifndef SANITIZED /* they start programs and tracers of their own */
	r.line = filter_install(&listener);
#endif
	if (wire.fd < 0)
		_exit(STATUS_NO_PIPE);
	send_record(&r, listener);
	if (listener >= 0)
		close(listener);
}

_Noreturn void child_run(const struct statement *one, const char *library,
			 int fd)
{
	struct record r = { .event = EVENT_LOADED };

	lock_up(one, fd);
	os_when_exhausted = say_exhausted;
	api_load(library);
	snprintf(r.name, sizeof(r.name), "%s", cx_name());
	r.call_at = (uint64_t)(uintptr_t)api_call_at();
	tell(&r);
	r.event = EVENT_UNCLAIMED;
	if (one->needs & ~cx_caps())
		end(&r);
	if (one->poison)
		poison_start();
	one->run();
	if (one->poison)
		poison_check();
	around_check();
	child_pass(remark);
}
