#ifndef BASE_OS_LINUX_H
#define BASE_OS_LINUX_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * The few calls that POSIX does not have.  os_linux.c alone defines
 * _GNU_SOURCE.  All are safe from any thread.
 */

/* Fill BUF with random bytes; aborts if the kernel has none (it never has). */
void os_random(void *buf, size_t len);

/* The absolute path of the running binary, in BUF.  0 or a code. */
int os_self_path(char *buf, size_t size, struct err *err);

/* How many processors this process may use; at least 1. */
unsigned os_cpu_count(void);

/* Ask the kernel to kill the calling process when its parent dies. */
void os_die_with_parent(int signal);

/* A pipe with O_CLOEXEC on both ends.  0, or -1 with errno. */
int os_pipe_cloexec(int fds[2]);

/*
 * Exchange two paths in one step (renameat2, RENAME_EXCHANGE).  0, or -1
 * with errno; ENOSYS or EINVAL where the file system cannot.
 */
int os_rename_exchange(const char *a, const char *b);

/* Take an exclusive advisory lock on FD that dies with its owner; -1, errno. */
int os_lock_try(int fd);

/*
 * Close every descriptor from FIRST on.  For the child between fork and exec.
 */
void os_close_from(int first);

#endif
