#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/str.h"

enum {
	DEFAULT_MAX_OUTPUT = 1 << 20,
	DRAIN_MAX = 1 << 20, /* read after the end: a full pipe */
	TICK_MS = 50,	     /* between two calls of watch */
	BLIND_TICK_MS = 10,  /* between two looks where there is no pidfd */
	PATH_MAX_LEN = 4096
};

void process_result_release(struct process_result *r)
{
	if (!r)
		return;
	strbuf_release(&r->out);
	strbuf_release(&r->err);
}

static bool is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

char *process_find(const char *name, const char *path)
{
	AUTO(strbuf_releasep) struct strbuf full = { .max = PATH_MAX_LEN };

	if (strchr(name, '/'))
		return is_program(name) ? strdup(name) : NULL;
	if (!path)
		path = getenv("PATH");
	while (path && *path) {
		size_t len = strcspn(path, ":");

		strbuf_reset(&full);
		strbuf_add(&full, path, len);
		strbuf_addc(&full, '/');
		strbuf_adds(&full, name);
		/* a relative or empty entry would depend on where we are */
		if (len > 0 && path[0] == '/' && strbuf_ok(&full) &&
		    is_program(strbuf_str(&full)))
			return strbuf_take(&full);
		path += len + (path[len] == ':');
	}
	return NULL;
}

/* ------------------------------------------------------------ the child */

struct run {
	const struct process_spec *spec;
	const char *program;
	int64_t pid;
	int64_t guard; /* the process that outlives us, or -1 */
	int in;	       /* the child's stdin */
	int out[2];
	int err[2];
	int go[2];    /* the child waits for a byte: the guard stands */
	int start[2]; /* errno of a failed start; closed by exec */
	int life[2];  /* held open by us alone: its end is ours */
	int pidfd;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void run_release(struct run *r)
{
	close_fd(&r->in);
	for (int i = 0; i < 2; i++) {
		close_fd(&r->out[i]);
		close_fd(&r->err[i]);
		close_fd(&r->go[i]);
		close_fd(&r->start[i]);
		close_fd(&r->life[i]);
	}
	close_fd(&r->pidfd);
}
AUTO_RELEASE(struct run, run_release)

/* From here on only what is safe between fork and exec. */
ATTR_NORETURN static void give_up(int fd)
{
	int errnum = errno;
	ssize_t n = write(fd, &errnum, sizeof(errnum));

	_exit(n == (ssize_t)sizeof(errnum) ? 126 : 127);
}

static void default_signals(void)
{
	static const int reset[] = { SIGINT,  SIGQUIT, SIGTERM, SIGHUP,
				     SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2 };
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&plain.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(reset); i++)
		sigaction(reset[i], &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void enter_cgroups(const char *const *files, int report)
{
	for (; files && *files; files++) {
		int fd = open(*files, O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, "0", 1) != 1)
			give_up(report);
		close(fd);
	}
}

/* Above the three that are about to be replaced. */
static int lift(int fd, int report)
{
	int lifted = fcntl(fd, F_DUPFD_CLOEXEC, 4);

	if (lifted < 0)
		give_up(report);
	return lifted;
}

ATTR_NORETURN static void child(const struct run *r, pid_t parent)
{
	const struct process_spec *spec = r->spec;
	int report = r->start[1];
	int in, out, err;
	char byte;

	os_die_with_parent(SIGKILL);
	if (getppid() != parent)
		_exit(127); /* it died before the line above */
	(void)setsid();
	default_signals();
	if (read(r->go[0], &byte, 1) != 1)
		_exit(127);
	report = lift(report, report);
	in = lift(r->in, report);
	out = lift(spec->out_fd > 0 ? spec->out_fd : r->out[1], report);
	err = lift(spec->merge ? r->out[1] : r->err[1], report);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
	    dup2(report, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC) < 0)
		give_up(report);
	os_close_from(4);
	enter_cgroups(spec->cgroups, 3);
	if (spec->cwd && chdir(spec->cwd) < 0)
		give_up(3);
	execve(r->program, (char *const *)spec->argv, (char *const *)spec->env);
	give_up(3);
}

/*
 * The parent-death signal reaches the child but not its children, and a killed
 * parent cannot kill anybody: this small process waits for our end and then
 * kills the group.  It is told to go by a byte.
 */
ATTR_NORETURN static void guard(int life, int64_t pid)
{
	char byte;
	ssize_t n;

	(void)setsid();
	if (dup2(life, 0) < 0)
		_exit(127);
	os_close_from(1);
	do
		n = read(0, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		(void)kill((pid_t)-pid, SIGKILL);
	_exit(0);
}

/* ------------------------------------------------------------- starting */

static int make_input(const struct process_spec *spec, struct run *r,
		      struct err *err)
{
	const char *bytes = spec->input;
	size_t left = spec->input_len;

	r->in = left > 0 ? os_memory_file("input")
			 : open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (r->in < 0)
		return err_errno(err, errno, "start", spec->argv[0]);
	while (left > 0) {
		ssize_t n = write(r->in, bytes, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "start", spec->argv[0]);
		bytes += n;
		left -= (size_t)n;
	}
	if (spec->input_len > 0 && lseek(r->in, 0, SEEK_SET) < 0)
		return err_errno(err, errno, "start", spec->argv[0]);
	return 0;
}

/* The error that the child reported, or 0 once exec has closed the pipe. */
static int start_result(struct run *r, struct err *err)
{
	const char *name = r->spec->argv[0];
	int status, errnum = 0;
	int64_t cpu;
	ssize_t n;

	close_fd(&r->start[1]);
	do
		n = read(r->start[0], &errnum, sizeof(errnum));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(errnum))
		return 0;
	(void)os_wait(r->pid, false, &status, &cpu);
	r->pid = -1;
	if (errnum == ENOENT && !(r->spec->cwd && access(r->spec->cwd, X_OK)))
		return err_set(err, ERR_MISSING, "cannot run '%s'", name);
	if (errnum == ENOENT)
		return err_errno(err, errnum, "enter", r->spec->cwd);
	err_errno(err, errnum, "start", name);
	err->code = ERR_IO;
	return ERR_IO;
}

static void start_guard(struct run *r)
{
	pid_t pid = fork();

	if (pid == 0)
		guard(r->life[0], r->pid);
	r->guard = pid;
	close_fd(&r->life[0]);
}

static void dismiss_guard(struct run *r)
{
	int64_t cpu;
	int status;

	if (r->guard <= 0)
		return;
	/* should it have been killed, there must be no SIGPIPE for us */
	while (send(r->life[1], "", 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
	(void)os_wait(r->guard, false, &status, &cpu);
	r->guard = -1;
}

static int make_pipes(struct run *r, struct err *err)
{
	if (os_pipe_cloexec(r->out) < 0 || os_pipe_cloexec(r->err) < 0 ||
	    os_pipe_cloexec(r->go) < 0 || os_pipe_cloexec(r->start) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, r->life) < 0)
		return err_errno(err, errno, "start", r->spec->argv[0]);
	return 0;
}

/* The child waits for our word; without it, it would wait for good. */
static int let_go(struct run *r, struct err *err)
{
	int64_t cpu;
	int status;
	ssize_t n;

	do
		n = write(r->go[1], "", 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return 0;
	err_errno(err, errno, "start", r->spec->argv[0]);
	(void)kill(r->pid, SIGKILL);
	(void)os_wait(r->pid, false, &status, &cpu);
	r->pid = -1;
	return (int)err->code;
}

static int start(struct run *r, struct err *err)
{
	pid_t self = getpid(), pid;

	if (make_pipes(r, err) < 0 || make_input(r->spec, r, err) < 0)
		return (int)err->code;
	pid = fork();
	if (pid == 0)
		child(r, self);
	if (pid < 0) {
		err_errno(err, errno, "start", r->spec->argv[0]);
		return (int)(err->code = ERR_IO);
	}
	r->pid = pid;
	close_fd(&r->in);
	close_fd(&r->out[1]);
	close_fd(&r->err[1]);
	start_guard(r);
	if (let_go(r, err) < 0 || start_result(r, err) < 0) {
		dismiss_guard(r);
		return (int)err->code;
	}
	r->pidfd = os_pidfd_open(r->pid);
	return 0;
}

/* -------------------------------------------------------------- running */

static void kill_group(const struct run *r)
{
	(void)kill((pid_t)-r->pid, SIGKILL);
	(void)kill((pid_t)r->pid, SIGKILL);
}

static void keep(struct strbuf *out, const char *bytes, size_t len, size_t max,
		 uint64_t *dropped)
{
	size_t room = out->len < max ? max - out->len : 0;
	size_t kept = len < room ? len : room;

	strbuf_add(out, bytes, kept);
	*dropped += len - kept;
}

/* One read; false when the stream is over. */
static bool take(int *fd, struct strbuf *into, const struct process_spec *spec,
		 struct process_result *res)
{
	size_t max = spec->max_output ? spec->max_output
				      : (size_t)DEFAULT_MAX_OUTPUT;
	char chunk[16 << 10];
	ssize_t n = read(*fd, chunk, sizeof(chunk));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n == 0) {
		close_fd(fd);
		return false;
	}
	keep(into, chunk, (size_t)n, max, &res->dropped);
	return true;
}

/* What is left in the pipes once the group is dead; never waits. */
static void drain(int *fd, struct strbuf *into, const struct process_spec *spec,
		  struct process_result *res)
{
	size_t reads = 0;

	if (*fd < 0)
		return;
	for (;;) {
		struct pollfd p = { .fd = *fd, .events = POLLIN };

		if (poll(&p, 1, 0) <= 0 || !(p.revents & (POLLIN | POLLHUP)) ||
		    !take(fd, into, spec, res) || ++reads > DRAIN_MAX / 4096)
			break;
	}
	close_fd(fd);
}

static int wait_ms(const struct run *r, int64_t deadline)
{
	int64_t left = deadline < 0 ? -1 : deadline - clock_monotonic_ms();

	if (deadline >= 0 && left < 0)
		left = 0;
	if (r->pidfd < 0 && (left < 0 || left > BLIND_TICK_MS))
		left = BLIND_TICK_MS;
	if (r->spec->watch && (left < 0 || left > TICK_MS))
		left = TICK_MS;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

/* True once the leader has ended; it is not reaped, so its id stays its own. */
static bool has_ended(const struct run *r)
{
	siginfo_t info = { 0 };
	int flags = WEXITED | WNOHANG | WNOWAIT;

	/* a failure is reported by the wait that follows */
	return waitid(P_PID, (id_t)r->pid, &info, flags) < 0 ? errno != EINTR
							     : info.si_pid != 0;
}

static bool must_stop(struct run *r, int64_t deadline,
		      struct process_result *res)
{
	if (deadline >= 0 && clock_monotonic_ms() >= deadline)
		res->timed_out = true;
	else if (r->spec->watch && r->spec->watch(r->spec->watch_ctx, r->pid))
		res->stopped = true;
	return res->timed_out || res->stopped;
}

/* Read until the leader has ended. */
static void follow(struct run *r, int64_t deadline, struct process_result *res)
{
	bool stopping = false;

	while (!has_ended(r)) {
		struct pollfd p[3] = {
			{ .fd = r->out[0], .events = POLLIN },
			{ .fd = r->err[0], .events = POLLIN },
			{ .fd = r->pidfd, .events = POLLIN },
		};

		if (poll(p, 3, wait_ms(r, stopping ? -1 : deadline)) > 0) {
			if (p[0].revents)
				(void)take(&r->out[0], &res->out, r->spec, res);
			if (p[1].revents)
				(void)take(&r->err[0], &res->err, r->spec, res);
		}
		if (!stopping && must_stop(r, deadline, res)) {
			stopping = true;
			kill_group(r);
		}
	}
}

static int collect(struct run *r, int64_t began, struct process_result *res,
		   struct err *err)
{
	const struct process_spec *spec = r->spec;
	int64_t deadline = spec->timeout_ms ? began + spec->timeout_ms : -1;
	int status = 0;

	follow(r, deadline, res);
	kill_group(r); /* those whom the leader left behind */
	dismiss_guard(r);
	if (os_wait(r->pid, false, &status, &res->cpu_ms) < 0)
		return err_errno(err, errno, "wait for", spec->argv[0]);
	drain(&r->out[0], &res->out, spec, res);
	drain(&r->err[0], &res->err, spec, res);
	res->wall_ms = clock_monotonic_ms() - began;
	res->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	res->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (strbuf_check(&res->out, err) < 0 ||
	    strbuf_check(&res->err, err) < 0)
		return (int)err->code;
	return 0;
}

static const char *path_of(const char *const *env)
{
	for (; env && *env; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return "";
}

int process_run(const struct process_spec *spec, struct process_result *out,
		struct err *err)
{
	static const char *const no_env[] = { NULL };
	struct process_spec own = *spec;
	AUTO(str_freep)
	char *program = process_find(spec->argv[0], path_of(spec->env));
	AUTO(process_result_releasep) struct process_result res = { 0 };
	AUTO(run_releasep)
	struct run r = { .spec = &own,
			 .program = program,
			 .pid = -1,
			 .guard = -1,
			 .in = -1,
			 .out = { -1, -1 },
			 .err = { -1, -1 },
			 .go = { -1, -1 },
			 .start = { -1, -1 },
			 .life = { -1, -1 },
			 .pidfd = -1 };
	int64_t began = clock_monotonic_ms();

	if (!own.env)
		own.env = no_env;
	if (!program)
		return err_set(err, ERR_MISSING, "'%s' not found",
			       spec->argv[0]);
	res.out.max = res.err.max = SIZE_MAX / 4;
	if (start(&r, err) < 0 || collect(&r, began, &res, err) < 0)
		return (int)err->code;
	*out = res;
	res = (struct process_result){ 0 };
	return 0;
}
