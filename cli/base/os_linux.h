#ifndef BASE_OS_LINUX_H
#define BASE_OS_LINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * The few calls that POSIX does not have.  os_linux.c alone defines
 * _GNU_SOURCE.  All are safe from any thread.
 */

/* Fill BUF with random bytes; aborts if the kernel has none (it never has). */
void os_random(void *buf, size_t len);

/* The absolute path of the running binary, in BUF.  0 or a code. */
int os_self_path(char *buf, size_t size, struct err *err);

/*
 * The absolute path of PATH without links in it, to be free()d; NULL with
 * errno.
 */
char *os_real_path(const char *path);

/*
 * The words of our command line that name the command ("cohort roster add"),
 * in BUF: no options and nothing that could be somebody's.
 */
void os_self_command(char *buf, size_t size);

/*
 * Has this processor AVX2, and with it what skip.c needs: carry-less products
 * and the counting of bits?  Costs nothing.
 */
bool os_has_avx2(void);

/* How many processors this process may use; at least 1. */
unsigned os_cpu_count(void);

/* Ask the kernel to kill the calling process when its parent dies. */
void os_die_with_parent(int signal);

/* A pipe with O_CLOEXEC on both ends.  0, or -1 with errno. */
int os_pipe_cloexec(int fds[2]);

/*
 * Begin to write FD's dirty pages to the disk, and do not wait.  When many
 * files are begun before the first is fsynced, one commit of the file system's
 * journal serves them all.
 */
void os_start_writeback(int fd);

/* Take an exclusive advisory lock on FD that dies with its owner; -1, errno. */
int os_lock_try(int fd);

/*
 * Close every descriptor from FIRST on.  For the child between fork and exec.
 */
void os_close_from(int first);

/* A descriptor that polls readable when PID ends.  -1 with errno. */
int os_pidfd_open(int64_t pid);

/*
 * Wait for the child PID: its wait status, and the processor time that it and
 * the children it waited for have used.  0, 1 if it still runs and NO_HANG is
 * set, or -1 with errno.
 */
int os_wait(int64_t pid, bool no_hang, int *status, int64_t *cpu_ms);

/*
 * reallocarray(3): realloc() for COUNT elements of SIZE bytes, NULL if that
 * is more than any memory.
 */
void *os_reallocarray(void *old, size_t count, size_t size);

/* An anonymous file in memory, close-on-exec.  -1 with errno. */
int os_memory_file(const char *name);

/*
 * Watch whether anybody opens the file at PATH, whatever name or mount they
 * reach it by.  A descriptor for os_watch_fired(), or -1 with errno.
 */
int os_watch_open(const char *path);
bool os_watch_fired(int watch);

#endif
