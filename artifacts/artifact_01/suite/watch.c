#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "api.h"
#include "around.h"
#include "os_linux.h"
#include "suite.h"
#include "watched.h"

enum {
	SAMPLE_MS = 50,
	IDLE_US = 2500, /* of a sample: a tick, but no work */
	SOCKET_FD = 3,	/* in the child, at first */
	MOST_MEMORY_MIB = 3072,
	MOST_FILE_MIB = 256, /* in memory; others it cannot write */
};

/* ---- starting */

static void limit(int what, rlim_t value)
{
	struct rlimit l = { .rlim_cur = value, .rlim_max = value };

	setrlimit(what, &l);
}

/* At most VALUE; what is allowed now stays, if less. */
static void limit_hard(int what, rlim_t value)
{
	struct rlimit l;

	if (getrlimit(what, &l) < 0)
		return;
	if (l.rlim_max > value)
		l.rlim_max = value;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	setrlimit(what, &l);
}

static void limit_all(const struct limits *limits)
{
	limit(RLIMIT_CORE, 0);
	/* the runner looks at the time as well; this is if it is stopped */
	limit(RLIMIT_CPU, limits->cpu_ms / 1000 + 5);
	limit(RLIMIT_FSIZE, (rlim_t)MOST_FILE_MIB << 20);
	limit_hard(RLIMIT_NOFILE, MOST_DESCRIPTORS);
	os_limit_memory((uint64_t)MOST_MEMORY_MIB << 20);
}

static _Noreturn void become(const char *id, const char *library,
			     const struct limits *limits, int records,
			     int output)
{
	char fd[16];
	int null = open("/dev/null", O_RDONLY);

	/* no terminal is its own, nor the one that people type to */
	setsid();
	os_die_with_parent();
	limit_all(limits);
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(output, 2) < 0 || dup2(records, SOCKET_FD) < 0)
		_exit(STATUS_NO_PIPE);
	snprintf(fd, sizeof(fd), "%d", SOCKET_FD);
	execl("/proc/self/exe", "suite_executor", "--child", fd, id, library,
	      (char *)NULL);
	_exit(STATUS_NO_PIPE);
}

/* Off the numbers that mean something in the child, and not to be kept. */
static int out_of_way(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, SOCKET_FD + 1);

	close(fd);
	return moved;
}

/* Two ends, of which the first does not wait. */
static bool make_ends(int ends[2], bool two_ways)
{
	if ((two_ways ? socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends)
		      : pipe(ends)) < 0)
		return false;
	ends[0] = out_of_way(ends[0]);
	ends[1] = out_of_way(ends[1]);
	if (ends[0] >= 0 && ends[1] >= 0 &&
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return true;
	close(ends[0]);
	close(ends[1]);
	return false;
}

static bool start(struct watched *w, const char *id, const char *library,
		  const struct limits *limits)
{
	int records[2];
	int output[2];

	if (!make_ends(records, true))
		return false;
	if (!make_ends(output, false)) {
		close(records[0]);
		close(records[1]);
		return false;
	}
	os_random(&w->key, sizeof(w->key));
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0)
		become(id, library, limits, records[1], output[1]);
	close(records[1]);
	close(output[1]);
	w->records = records[0];
	w->output = output[0];
	/* there is room for it; whoever does not read it cannot tell either */
	(void)send(w->records, &w->key, sizeof(w->key), MSG_NOSIGNAL);
	return w->pid > 0;
}

/* ---- watching */

static const char *call_of(const struct watched *w)
{
	unsigned char number;

	return w->call_at && os_peek(w->pid, w->call_at, &number)
		       ? api_call_name(number)
		       : NULL;
}

static void stop(struct watched *w, enum stop why)
{
	if (w->stop)
		return;
	w->stop = why;
	w->call = call_of(w);
}

/* The listener that came with a record, or -1. */
static int attached(const struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd;

	if (!header || header->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static void add_figure(struct result *result, const char *text)
{
	size_t have = strlen(result->figures);

	snprintf(result->figures + have, sizeof(result->figures) - have, "%s\n",
		 text);
}

static void take_record(struct watched *w, struct record *r)
{
	r->name[sizeof(r->name) - 1] = '\0';
	r->reason[sizeof(r->reason) - 1] = '\0';
	r->file[sizeof(r->file) - 1] = '\0';
	w->exhausted |= r->event == EVENT_EXHAUSTED;
	w->told = r->event >= EVENT_PASS;
	if (r->event == EVENT_STARTED)
		w->result->confined = r->line;
	if (r->event == EVENT_LOADED) {
		w->loaded = true;
		w->call_at = r->call_at;
		memcpy(w->result->name, r->name, sizeof(r->name));
	}
	if (r->event == EVENT_FIGURE)
		add_figure(w->result, r->reason);
	else if (r->event != EVENT_EXHAUSTED)
		w->last = *r;
}

/* False: there is no more now. */
static bool read_record(struct watched *w)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct record record;
	struct key key;
	struct iovec parts[2] = {
		{ .iov_base = &key, .iov_len = sizeof(key) },
		{ .iov_base = &record, .iov_len = sizeof(record) },
	};
	struct msghdr message = { .msg_iov = parts,
				  .msg_iovlen = 2,
				  .msg_control = control.room,
				  .msg_controllen = sizeof(control.room) };
	ssize_t got = recvmsg(w->records, &message, 0);
	int fd;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		close(w->records);
		w->records = -1;
		return false;
	}
	fd = attached(&message);
	if (got != sizeof(key) + sizeof(record) ||
	    memcmp(&key, &w->key, sizeof(key)) != 0) {
		stop(w, STOP_FORGES);
	} else if (record.pid == w->pid && !w->told) {
		if (record.event == EVENT_STARTED && w->listener < 0) {
			w->listener = fd;
			fd = -1;
		}
		take_record(w, &record);
	}
	if (fd >= 0)
		close(fd);
	return true;
}

static void read_records(struct watched *w)
{
	while (w->records >= 0 && read_record(w))
		;
}

static void read_refusal(struct watched *w)
{
	struct refusal refusal = { 0 };

	if (!filter_answer(w->listener, &refusal))
		return;
	if (w->refused++ == 0 || (refusal.counts && !w->refusal.counts))
		w->refusal = refusal;
	if (w->refused > MOST_REFUSED)
		stop(w, STOP_REFUSED);
}

static void keep(struct result *result, const char *text, size_t len)
{
	size_t have = strlen(result->log);
	size_t over = have + len > LOG_KEPT ? have + len - LOG_KEPT : 0;

	result->printed += len;
	if (over > have)
		over = have;
	memmove(result->log, result->log + over, have - over + 1);
	have -= over;
	if (len > LOG_KEPT - have) {
		text += len - (LOG_KEPT - have);
		len = LOG_KEPT - have;
	}
	for (size_t i = 0; i < len; i++)
		result->log[have + i] = text[i] ? text[i] : '?';
	result->log[have + len] = '\0';
}

static void read_output(struct watched *w)
{
	char text[4096];
	ssize_t got;

	while ((got = read(w->output, text, sizeof(text))) > 0 &&
	       w->result->printed <= MOST_PRINTED)
		keep(w->result, text, (size_t)got);
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		close(w->output);
		w->output = -1;
	}
	if (w->result->printed > MOST_PRINTED)
		stop(w, STOP_PRINTS);
}

static uint64_t cpu_us_of(pid_t pid, uint64_t before)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &ts) < 0)
		return before;
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* Time that it slept counts by samples: if we were late, it may be too. */
static void sample(struct watched *w, const struct limits *limits)
{
	uint64_t cpu = cpu_us_of(w->pid, w->cpu_us);
	bool idle = cpu - w->cpu_us < IDLE_US && !os_is_active(w->pid);
	struct usage usage = os_usage(w->pid);

	w->idle_ms = idle ? w->idle_ms + SAMPLE_MS : 0;
	w->cpu_us = cpu;
	if (usage.threads > MOST_THREADS)
		stop(w, STOP_THREADS);
#ifndef SANITIZED /* their shadows are large */
	if (usage.resident_mib > MOST_RESIDENT_MIB)
		stop(w, STOP_MEMORY);
#endif
	if (w->idle_ms >= limits->idle_ms)
		stop(w, STOP_IDLE);
	else if (cpu / 1000 >= limits->cpu_ms)
		stop(w, STOP_CPU);
	else if ((wall_ns() - w->began) / MS >= limits->wall_ms)
		stop(w, STOP_WALL);
}

/* Wait for something to happen, for a moment, and look what it was. */
static void look(struct watched *w)
{
	struct pollfd fds[] = {
		{ .fd = w->records, .events = POLLIN },
		{ .fd = w->output, .events = POLLIN },
		{ .fd = w->listener, .events = POLLIN },
	};

	/* at the end of the records it is about to exit, or has closed them */
	poll(fds, 3, w->records < 0 || w->stop ? 1 : SAMPLE_MS);
	read_records(w);
	if (w->output >= 0)
		read_output(w);
	if (fds[2].revents & POLLIN)
		read_refusal(w);
	if (fds[2].revents & (POLLHUP | POLLERR)) {
		close(w->listener);
		w->listener = -1;
	}
}

static int observe(struct watched *w, const struct limits *limits)
{
	uint64_t next = wall_ns();
	int status = 0;
	pid_t pid;

	while ((pid = waitpid(w->pid, &status, WNOHANG | WUNTRACED)) == 0 ||
	       (pid > 0 && WIFSTOPPED(status))) {
		if (pid > 0)
			stop(w, STOP_STOPPED);
		if (w->stop) {
			kill(-w->pid, SIGKILL);
			kill(w->pid, SIGKILL);
		}
		look(w);
		if (wall_ns() < next)
			continue;
		sample(w, limits);
		next = wall_ns() + (uint64_t)SAMPLE_MS * MS;
	}
	read_records(w);
	if (w->output >= 0)
		read_output(w);
	return status;
}

void watch(const char *id, const char *library, const struct limits *limits,
	   struct result *result)
{
	struct watched w = { .began = wall_ns(),
			     .result = result,
			     .listener = -1 };
	int status;

	*result = (struct result){ 0 };
	if (!start(&w, id, library, limits)) {
		result->verdict = VERDICT_ERROR;
		snprintf(result->reason, sizeof(result->reason),
			 "cannot start a process: %s", strerror(errno));
		return;
	}
	status = observe(&w, limits);
	judge(&w, status, os_kill_children());
	result->wall_ms = (unsigned int)((wall_ns() - w.began) / MS);
	result->cpu_ms = (unsigned int)(w.cpu_us / 1000);
	if (w.records >= 0)
		close(w.records);
	if (w.output >= 0)
		close(w.output);
	if (w.listener >= 0)
		close(w.listener);
}
