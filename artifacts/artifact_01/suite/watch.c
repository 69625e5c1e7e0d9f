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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os_linux.h"
#include "record.h"
#include "suite.h"

enum {
	SAMPLE_MS = 50,
	IDLE_US = 2500, /* of a sample: a tick, but no work */
	MOST_PRINTED = 1 << 20,
	RECORD_FD = 200, /* in the child */
	MOST_MEMORY_MIB = 3072,
};

enum stop {
	STOP_NOT,
	STOP_IDLE,
	STOP_CPU,
	STOP_WALL,
	STOP_PRINTS,
};

struct watched {
	pid_t pid;
	int records; /* pipes; -1 once at their end */
	int output;
	struct record last;
	bool loaded;
	bool exhausted;
	bool told; /* the last record is a verdict */
	enum stop stop;
	unsigned int idle_ms;
	uint64_t cpu_us;
	uint64_t began;
	struct result *result;
};

/* ---- starting */

static void limit(int what, rlim_t value)
{
	struct rlimit l = { .rlim_cur = value, .rlim_max = value };

	setrlimit(what, &l);
}

static _Noreturn void become(const char *id, const char *library, int record,
			     int output)
{
	char fd[16];
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	os_die_with_parent();
	limit(RLIMIT_CORE, 0);
	os_limit_memory((uint64_t)MOST_MEMORY_MIB << 20);
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 ||
	    dup2(output, 2) < 0 || dup2(record, RECORD_FD) < 0)
		_exit(STATUS_NO_PIPE);
	snprintf(fd, sizeof(fd), "%d", RECORD_FD);
	execl("/proc/self/exe", "suite_executor", "--child", fd, id, library,
	      (char *)NULL);
	_exit(STATUS_NO_PIPE);
}

static bool make_pipe(int ends[2])
{
	if (pipe(ends) < 0)
		return false;
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return true;
}

static bool start(struct watched *w, const char *id, const char *library)
{
	int record[2];
	int output[2];

	if (!make_pipe(record))
		return false;
	if (!make_pipe(output)) {
		close(record[0]);
		close(record[1]);
		return false;
	}
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0)
		become(id, library, record[1], output[1]);
	close(record[1]);
	close(output[1]);
	w->records = record[0];
	w->output = output[0];
	return w->pid > 0;
}

/* ---- watching */

static void read_records(struct watched *w)
{
	struct record r;
	ssize_t got;

	while ((got = read(w->records, &r, sizeof(r))) == sizeof(r)) {
		if (r.pid != w->pid || w->told)
			continue;
		r.name[sizeof(r.name) - 1] = '\0';
		r.reason[sizeof(r.reason) - 1] = '\0';
		r.file[sizeof(r.file) - 1] = '\0';
		w->exhausted |= r.event == EVENT_EXHAUSTED;
		w->told = r.event >= EVENT_PASS;
		if (r.event == EVENT_LOADED) {
			w->loaded = true;
			memcpy(w->result->name, r.name, sizeof(r.name));
		}
		if (r.event != EVENT_EXHAUSTED)
			w->last = r;
	}
	if (got >= 0 || (errno != EAGAIN && errno != EINTR)) {
		close(w->records);
		w->records = -1;
	}
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
	if (w->result->printed > MOST_PRINTED && !w->stop)
		w->stop = STOP_PRINTS;
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

	w->idle_ms = idle ? w->idle_ms + SAMPLE_MS : 0;
	w->cpu_us = cpu;
	if (w->stop)
		return;
	if (w->idle_ms >= limits->idle_ms)
		w->stop = STOP_IDLE;
	else if (cpu / 1000 >= limits->cpu_ms)
		w->stop = STOP_CPU;
	else if ((wall_ns() - w->began) / MS >= limits->wall_ms)
		w->stop = STOP_WALL;
}

static int observe(struct watched *w, const struct limits *limits)
{
	uint64_t next = wall_ns();
	int status = 0;

	while (waitpid(w->pid, &status, WNOHANG) == 0) {
		struct pollfd fds[2] = { { .fd = w->records, .events = POLLIN },
					 { .fd = w->output,
					   .events = POLLIN } };

		if (w->stop) {
			kill(-w->pid, SIGKILL);
			kill(w->pid, SIGKILL);
		}
		/* both at their end: it is about to exit, or has closed them */
		poll(fds, 2, w->records < 0 || w->stop ? 1 : SAMPLE_MS);
		if (w->records >= 0)
			read_records(w);
		if (w->output >= 0)
			read_output(w);
		if (wall_ns() < next)
			continue;
		sample(w, limits);
		next = wall_ns() + (uint64_t)SAMPLE_MS * MS;
	}
	if (w->records >= 0)
		read_records(w);
	if (w->output >= 0)
		read_output(w);
	return status;
}

/* ---- judging */

static void say(struct result *result, const char *reason)
{
	result->verdict = VERDICT_FAIL;
	snprintf(result->reason, sizeof(result->reason), "%s", reason);
}

static const char *when(const struct watched *w)
{
	return w->loaded ? "" : " while it was being loaded";
}

static void judge_stop(const struct watched *w)
{
	char text[200];

	switch (w->stop) {
	case STOP_IDLE:
		snprintf(text, sizeof(text),
			 "hang-idle (lost wake): it sleeps%s, and nothing will "
			 "wake it (%u ms of CPU used)",
			 when(w), (unsigned int)(w->cpu_us / 1000));
		break;
	case STOP_CPU:
		snprintf(text, sizeof(text),
			 "hang-busy (livelock): it goes on%s after %u ms of "
			 "CPU",
			 when(w), (unsigned int)(w->cpu_us / 1000));
		break;
	case STOP_PRINTS:
		snprintf(text, sizeof(text), "prints more than %d bytes%s",
			 MOST_PRINTED, when(w));
		break;
	default:
		snprintf(text, sizeof(text),
			 "hang: not done%s after %u s, in which it used %u ms "
			 "of CPU",
			 when(w),
			 (unsigned int)((wall_ns() - w->began) / MS / 1000),
			 (unsigned int)(w->cpu_us / 1000));
	}
	say(w->result, text);
}

static void judge_death(const struct watched *w, int status)
{
	char text[200];

	if (WIFSIGNALED(status))
		snprintf(text, sizeof(text), "crash (signal %d, %s)%s",
			 WTERMSIG(status), strsignal(WTERMSIG(status)),
			 when(w));
	else if (WEXITSTATUS(status) == STATUS_NO_PIPE)
		snprintf(text, sizeof(text),
			 "closed descriptors that it does not own%s", when(w));
	else
		snprintf(text, sizeof(text), "ended the process (status %d)%s",
			 WEXITSTATUS(status), when(w));
	say(w->result, text);
}

static void judge_word(const struct watched *w)
{
	struct result *result = w->result;

	memcpy(result->reason, w->last.reason, sizeof(w->last.reason));
	memcpy(result->file, w->last.file, sizeof(result->file));
	result->line = w->last.line;
	switch (w->last.event) {
	case EVENT_PASS:
		result->verdict = VERDICT_PASS;
		break;
	case EVENT_SKIP:
		result->verdict = VERDICT_SKIPPED;
		break;
	case EVENT_UNCLAIMED:
		result->verdict = VERDICT_UNCLAIMED;
		break;
	default:
		result->verdict = VERDICT_FAIL;
	}
}

static void also(struct result *result, const char *what)
{
	size_t len = strlen(result->reason);

	if (result->verdict != VERDICT_FAIL)
		say(result, what);
	else
		snprintf(result->reason + len, sizeof(result->reason) - len,
			 "; %s", what);
}

void watch(const char *id, const char *library, const struct limits *limits,
	   struct result *result)
{
	struct watched w = { .began = wall_ns(), .result = result };
	int status;
	int strays;

	*result = (struct result){ 0 };
	if (!start(&w, id, library)) {
		result->verdict = VERDICT_ERROR;
		snprintf(result->reason, sizeof(result->reason),
			 "cannot start a process: %s", strerror(errno));
		return;
	}
	status = observe(&w, limits);
	strays = os_kill_children();
	if (w.told)
		judge_word(&w);
	else if (w.stop)
		judge_stop(&w);
	else
		judge_death(&w, status);
	if (strays > 0)
		also(result, "started processes of its own");
	if (w.exhausted && result->verdict == VERDICT_FAIL)
		also(result, "ate all the memory it may have");
	result->wall_ms = (unsigned int)((wall_ns() - w.began) / MS);
	result->cpu_ms = (unsigned int)(w.cpu_us / 1000);
	if (w.records >= 0)
		close(w.records);
	if (w.output >= 0)
		close(w.output);
}
