/* Linux alone: processes, and a few questions to the kernel. */
#define _GNU_SOURCE
#include "os_linux.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

void (*os_when_exhausted)(void);

/* ---- processes */

void os_adopt_orphans(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void os_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void os_limit_memory(uint64_t bytes)
{
#ifndef SANITIZED /* they reserve terabytes */
	struct rlimit limit = { .rlim_cur = bytes, .rlim_max = bytes };

	setrlimit(RLIMIT_AS, &limit);
#else
	(void)bytes;
#endif
}

static void kill_listed(void)
{
	char path[64];
	FILE *list;
	long pid;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
		 (long)getpid());
	list = fopen(path, "re");
	if (!list)
		return;
	while (fscanf(list, "%ld", &pid) == 1)
		kill((pid_t)pid, SIGKILL);
	fclose(list);
}

int os_kill_children(void)
{
	int count = 0;

	for (int i = 0; i < 1000; i++) {
		pid_t pid;

		kill_listed();
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			count++;
		if (pid < 0)
			break; /* none is left */
		doze(2 * MS);
	}
	return count;
}

void os_random(void *bytes, size_t len)
{
	if (getrandom(bytes, len, 0) != (ssize_t)len)
		abort(); /* short reads are at most 256 bytes */
}

void *os_page(size_t *size)
{
	void *page;

	*size = (size_t)sysconf(_SC_PAGESIZE);
	page = mmap(NULL, *size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page == MAP_FAILED ? NULL : page;
}

bool os_peek(pid_t pid, uint64_t at, unsigned char *byte)
{
	struct iovec here = { .iov_base = byte, .iov_len = 1 };
	struct iovec there = { .iov_base = (void *)(uintptr_t)at,
			       .iov_len = 1 };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == 1;
}

struct usage os_usage(pid_t pid)
{
	struct usage usage = { 0, 0 };
	unsigned long pages = 0;
	const char *paren;
	char path[64];
	char line[1024];
	FILE *stat;
	size_t got;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	stat = fopen(path, "re");
	if (!stat)
		return usage;
	got = fread(line, 1, sizeof(line) - 1, stat);
	fclose(stat);
	line[got] = '\0';
	paren = strrchr(line, ')');
	/* the 20th field and the 24th; the third follows the name */
	if (paren && sscanf(paren + 1,
			    " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			    " %*s %*s %*s %*s %*s %lu %*s %*s %*s %lu",
			    &usage.threads, &pages) == 2)
		usage.resident_mib =
			pages * (unsigned long)sysconf(_SC_PAGESIZE) >> 20;
	return usage;
}

static char thread_state(pid_t pid, const char *tid)
{
	char path[300];
	char line[512];
	const char *paren;
	FILE *stat;
	size_t got;

	snprintf(path, sizeof(path), "/proc/%ld/task/%s/stat", (long)pid, tid);
	stat = fopen(path, "re");
	if (!stat)
		return '?';
	got = fread(line, 1, sizeof(line) - 1, stat);
	fclose(stat);
	line[got] = '\0';
	paren = strrchr(line, ')');
	return paren && paren[1] ? paren[2] : '?';
}

bool os_is_active(pid_t pid)
{
	bool active = false;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!active && (entry = readdir(dir))) {
		char state = thread_state(pid, entry->d_name);

		active = entry->d_name[0] != '.' &&
			 (state == 'R' || state == 'D');
	}
	closedir(dir);
	return active;
}

pid_t os_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

bool os_sleeps(pid_t tid)
{
	char name[32];

	snprintf(name, sizeof(name), "%ld", (long)tid);
	return thread_state(getpid(), name) == 'S';
}

long os_voluntary_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

double os_load(void)
{
	FILE *file = fopen("/proc/loadavg", "re");
	double load;

	if (!file)
		return -1;
	if (fscanf(file, "%lf", &load) != 1)
		load = -1;
	fclose(file);
	return load;
}
