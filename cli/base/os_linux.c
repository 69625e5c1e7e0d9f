#define _GNU_SOURCE
#include "base/os_linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 33)
#include <sys/platform/x86.h>
#endif
#endif

#include "base/err.h"

void os_random(void *buf, size_t len)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort();
		p += n;
		len -= (size_t)n;
	}
}

int os_self_path(char *buf, size_t size, struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", buf, size);

	if (n < 0)
		return err_errno(err, errno, "read", "/proc/self/exe");
	if ((size_t)n >= size)
		return err_set(err, ERR_LIMIT, "path of the binary too long");
	buf[n] = '\0';
	return 0;
}

char *os_real_path(const char *path)
{
	return realpath(path, NULL);
}

/* The words of a command: lower case, and at most two. */
static bool is_command_word(const char *s)
{
	return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyz-")] == '\0' &&
	       s[0] != '-';
}

void os_self_command(char *buf, size_t size)
{
	char line[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, line, sizeof(line) - 1) : -1;
	const char *word = line;
	const char *slash;
	int words = 0;

	if (fd >= 0)
		close(fd);
	line[len > 0 ? len : 0] = '\0';
	slash = strrchr(word, '/');
	snprintf(buf, size, "%s", slash ? slash + 1 : word);
	for (;;) {
		size_t used = strlen(buf);

		word += strlen(word) + 1;
		if (word >= line + len || words == 2)
			return;
		if (!is_command_word(word))
			continue;
		snprintf(buf + used, size - used, " %s", word);
		words++;
	}
}

/*
 * glibc has asked at its start.  The compiler's own __builtin_cpu_supports()
 * asks once more, at the start of every program that uses it: 50 us where a
 * hypervisor answers.
 */
bool os_has_avx2(void)
{
#ifdef CPU_FEATURE_ACTIVE
	return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(PCLMULQDQ) &&
	       CPU_FEATURE_ACTIVE(POPCNT) && CPU_FEATURE_ACTIVE(BMI1);
#elif defined(__x86_64__)
	return __builtin_cpu_supports("avx2") &&
	       __builtin_cpu_supports("pclmul") &&
	       __builtin_cpu_supports("popcnt") &&
	       __builtin_cpu_supports("bmi");
#else
	return false;
#endif
}

unsigned os_cpu_count(void)
{
	cpu_set_t set;
	int n = 0;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = CPU_COUNT(&set);
	return n > 0 ? (unsigned)n : 1;
}

void os_die_with_parent(int signal)
{
	(void)prctl(PR_SET_PDEATHSIG, signal);
}

int os_pipe_cloexec(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

void os_start_writeback(int fd)
{
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int os_lock_try(int fd)
{
	int rc;

	do
		rc = flock(fd, LOCK_EX | LOCK_NB);
	while (rc < 0 && errno == EINTR);
	return rc;
}

void os_close_from(int first)
{
	if (syscall(SYS_close_range, (unsigned)first, UINT_MAX, 0) == 0)
		return;
	for (long fd = first, max = sysconf(_SC_OPEN_MAX); fd < max; fd++)
		close((int)fd);
}

int os_pidfd_open(int64_t pid)
{
	return (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

static int64_t milliseconds(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000 + t->tv_usec / 1000;
}

int os_wait(int64_t pid, bool no_hang, int *status, int64_t *cpu_ms)
{
	struct rusage used;
	pid_t got;

	do
		got = wait4((pid_t)pid, status, no_hang ? WNOHANG : 0, &used);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -1;
	if (got == 0)
		return 1;
	*cpu_ms = milliseconds(&used.ru_utime) + milliseconds(&used.ru_stime);
	return 0;
}

int os_memory_file(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

int os_watch_open(const char *path)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd >= 0 && inotify_add_watch(fd, path, IN_OPEN) < 0) {
		int errnum = errno;

		close(fd);
		errno = errnum;
		return -1;
	}
	return fd;
}

bool os_watch_fired(int watch)
{
	char event[sizeof(struct inotify_event) + NAME_MAX + 1];

	return read(watch, event, sizeof(event)) > 0;
}

void *os_reallocarray(void *old, size_t count, size_t size)
{
	return reallocarray(old, count, size);
}
