#ifndef ARTIFACT_01_OS_LINUX_H
#define ARTIFACT_01_OS_LINUX_H

/* What POSIX does not have; suite.h has the part that statements use. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Orphans of our children become our children. */
void os_adopt_orphans(void);

/* Kill all children, known or not; how many there were. */
int os_kill_children(void);

void os_die_with_parent(void);

/* A page of its own, of *SIZE bytes, or NULL. */
void *os_page(size_t *size);

/* LEN bytes that nobody can guess. */
void os_random(void *bytes, size_t len);

/* Give CONTEXT's process at most BYTES of address space. */
void os_limit_memory(uint64_t bytes);

/* Is a thread of PID running, or waiting for a processor or a disk? */
bool os_is_active(pid_t pid);

/* This thread. */
pid_t os_tid(void);

/* Does thread TID of this process wait for something? */
bool os_sleeps(pid_t tid);

/* The byte at AT in PID's memory; false if that cannot be read. */
bool os_peek(pid_t pid, uint64_t at, unsigned char *byte);

struct usage {
	unsigned long threads;
	unsigned long resident_mib;
};

/* Of process PID; zeros if it has gone. */
struct usage os_usage(pid_t pid);

/*
 * The average load of the last minute, or -1; above OS_QUIET_LOAD time tells
 * more of the machine than of the library.
 */
double os_load(void);
#define OS_QUIET_LOAD 1.2

/* Called once when an allocation has failed. */
extern void (*os_when_exhausted)(void);

#endif
