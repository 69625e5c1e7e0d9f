/* One writer at a time.  Readers never come here, but to finish for the dead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "workspace/internal.h"

enum {
	WAIT_MS = 500,
	WAIT_STEP_MS = 10,
	HOLDER_MAX = 512
};

/*
 * The kernel holds the lock and drops it with its owner; what stands in the
 * file is for the message alone: "PID MONOTONIC_MS COMMAND\n".  A holder that
 * lives to release it empties the file.
 */
static int open_lock(const struct workspace *ws, struct err *err)
{
	AUTO(str_freep) char *path = path_joined(ws->own_dir, "lock");
	int fd;

	if (!path)
		return err_nomem(err);
	if (mkdir(ws->own_dir, 0700) < 0 && errno != EEXIST) {
		err_errno(err, errno, "lock the workspace", ws->root);
		return (int)err->code;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, errno, "lock the workspace", ws->root);
	return fd;
}

static void read_holder(int fd, char out[HOLDER_MAX])
{
	ssize_t n = pread(fd, out, HOLDER_MAX - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

static int say_who(int fd, struct err *err)
{
	char text[HOLDER_MAX];
	char *since, *command;
	int64_t begun, ms;

	read_holder(fd, text);
	since = strchr(text, ' ');
	command = since ? strchr(since + 1, ' ') : NULL;
	if (!command) {
		(void)err_set(err, ERR_LOCKED,
			      "another 'cohort' is changing this workspace");
		return err_hint(err, "wait for it, then run this again");
	}
	*since++ = '\0';
	*command++ = '\0';
	ms = parse_i64(since, &begun) ? clock_monotonic_ms() - begun : 0;
	(void)err_set(err, ERR_LOCKED,
		      "'%s' (pid %s) has held the lock for %lld s", command,
		      text, ms > 0 ? (long long)(ms / 1000) : 0);
	return err_hint(err, "wait for it, then run this again");
}

static int write_holder(int fd, const struct workspace *ws, struct err *err)
{
	char text[HOLDER_MAX];
	char command[128];
	int len;

	os_self_command(command, sizeof(command));
	len = snprintf(text, sizeof(text), "%ld %lld %s\n", (long)getpid(),
		       (long long)clock_monotonic_ms(), command);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len)
		return err_errno(err, errno, "lock the workspace", ws->root);
	return 0;
}

int lock_take(struct workspace *ws, enum lock_wait wait, bool *killed,
	      struct err *err)
{
	static const struct timespec step = { .tv_nsec =
						      WAIT_STEP_MS * 1000000L };
	int64_t begun = clock_monotonic_ms();
	char left[HOLDER_MAX];
	int fd = open_lock(ws, err);

	if (fd < 0)
		return fd;
	while (os_lock_try(fd) < 0) {
		if (errno != EWOULDBLOCK)
			err_errno(err, errno, "lock the workspace", ws->root);
		else if (wait == LOCK_NOW ||
			 clock_monotonic_ms() - begun >= WAIT_MS)
			(void)say_who(fd, err);
		if (err->code) {
			close(fd);
			return (int)err->code;
		}
		(void)nanosleep(&step, NULL);
	}
	read_holder(fd, left);
	*killed = left[0] != '\0';
	if (write_holder(fd, ws, err) < 0) {
		close(fd);
		return (int)err->code;
	}
	ws->lock = fd;
	return 0;
}

void lock_release(struct workspace *ws)
{
	if (ws->lock < 0)
		return;
	(void)!ftruncate(ws->lock, 0);
	close(ws->lock);
	ws->lock = -1;
}
