#include "io/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "io/git_env.h"
#include "io/process.h"
#include "io/remote_internal.h"

enum {
	ARGS_MAX = 32,
	SAID_MAX = 2048,
	CONNECT_S = 10,
	GRACE_MS = 2000 /* between our good-bye and the end */
};

/* A running ssh, and what was learnt through it. */
struct ssh {
	struct remote *remote;
	pid_t pid; /* 0: ended and waited for */
	int in;	   /* its stdin, stdout and stderr; -1: closed */
	int out;
	int err;
	char said[SAID_MAX]; /* the end of its stderr */
	size_t said_len;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- the command line */

struct command_line {
	const char *argv[ARGS_MAX];
	size_t count;
	char port[8];
	char connect[40];
	struct strbuf remote; /* what the shell there will run */
};

static void add(struct command_line *c, const char *arg)
{
	c->argv[c->count++] = arg;
}

static void command_line_release(struct command_line *c)
{
	strbuf_release(&c->remote);
}
AUTO_RELEASE(struct command_line, command_line_release)

/* SERVICE 'PATH', quoted for the shell on the other side. */
static void quote(struct strbuf *out, const char *service, const char *path)
{
	strbuf_addf(out, "%s '", service);
	for (; *path; path++) {
		if (*path == '\'' || *path == '!')
			strbuf_addf(out, "'\\%c'", *path);
		else
			strbuf_addc(out, *path);
	}
	strbuf_addc(out, '\'');
}

static uint32_t connect_seconds(const struct remote *r)
{
	uint32_t s = r->limits.timeout_s;

	return s > 0 && s < CONNECT_S ? s : CONNECT_S;
}

static int make_command(const struct remote *r, const char *service,
			struct command_line *c, struct err *err)
{
	add(c, "ssh");
	add(c, "-T");
	add(c, "-x");
	add(c, "-a");
	add(c, "-oBatchMode=yes");
	add(c, "-oClearAllForwardings=yes");
	add(c, "-oPermitLocalCommand=no");
	add(c, "-oSendEnv=GIT_PROTOCOL");
	snprintf(c->connect, sizeof(c->connect), "-oConnectTimeout=%u",
		 connect_seconds(r));
	add(c, c->connect);
	if (!r->limits.credentials)
		add(c, "-oIdentityAgent=none");
	if (r->url.port[0]) {
		add(c, "-p");
		add(c, r->url.port);
	}
	if (r->url.user[0]) {
		add(c, "-l");
		add(c, r->url.user);
	}
	add(c, "--");
	add(c, r->url.host);
	quote(&c->remote, service, r->url.path);
	if (strbuf_check(&c->remote, err) < 0)
		return err->code;
	add(c, strbuf_str(&c->remote));
	add(c, NULL);
	return 0;
}

/* ---- the child */

static char *find_ssh(struct remotes *all)
{
	pthread_mutex_lock(&all->lock);
	if (!all->ssh)
		all->ssh = process_find("ssh", NULL);
	pthread_mutex_unlock(&all->lock);
	return all->ssh;
}

struct pipes {
	int in[2];
	int out[2];
	int err[2];
};

static void pipes_release(struct pipes *p)
{
	for (int i = 0; i < 2; i++) {
		close_fd(&p->in[i]);
		close_fd(&p->out[i]);
		close_fd(&p->err[i]);
	}
}
AUTO_RELEASE(struct pipes, pipes_release)

/* Only what is safe between fork and exec. */
ATTR_NORETURN static void child(const char *program, char *const *argv,
				char *const *env, const struct pipes *p,
				pid_t parent)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	int in, out, err;
	sigset_t none;

	os_die_with_parent(SIGKILL);
	if (getppid() != parent)
		_exit(127);
	(void)setsid(); /* no terminal to ask on */
	sigemptyset(&plain.sa_mask);
	sigaction(SIGPIPE, &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	in = fcntl(p->in[0], F_DUPFD_CLOEXEC, 3);
	out = fcntl(p->out[1], F_DUPFD_CLOEXEC, 3);
	err = fcntl(p->err[1], F_DUPFD_CLOEXEC, 3);
	if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 ||
	    dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	os_close_from(3);
	execve(program, argv, env);
	_exit(127);
}

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int ssh_start(struct remote *r, const char *service,
	      const char *const *extra_env, struct ssh **out, struct err *err)
{
	AUTO(command_line_releasep) struct command_line c = { 0 };
	AUTO(git_env_releasep) struct git_env env = { 0 };
	AUTO(pipes_releasep)
	struct pipes p = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	AUTO(ssh_freep) struct ssh *s = calloc(1, sizeof(*s));
	const char *program = find_ssh(r->all);
	pid_t self = getpid();

	if (!s)
		return err_nomem(err);
	s->in = s->out = s->err = -1;
	s->remote = r;
	if (!program) {
		(void)err_set(err, ERR_MISSING, "ssh not found");
		return err_hint(err, "apt-get install openssh-client");
	}
	if (make_command(r, service, &c, err) < 0 ||
	    git_env_init(&env, extra_env, err) < 0)
		return err->code;
	if (os_pipe_cloexec(p.in) < 0 || os_pipe_cloexec(p.out) < 0 ||
	    os_pipe_cloexec(p.err) < 0 || set_nonblocking(p.in[1]) < 0 ||
	    set_nonblocking(p.out[0]) < 0 || set_nonblocking(p.err[0]) < 0)
		return err_errno(err, errno, "start", "ssh");
	s->pid = fork();
	if (s->pid == 0)
		child(program, (char *const *)c.argv, env.items, &p, self);
	if (s->pid < 0) {
		s->pid = 0;
		return err_errno(err, errno, "start", "ssh");
	}
	s->in = p.in[1];
	s->out = p.out[0];
	s->err = p.err[0];
	p.in[1] = p.out[0] = p.err[0] = -1; /* ours now */
	*out = s;
	s = NULL;
	return 0;
}

void ssh_finish(struct ssh *s)
{
	int64_t until = clock_monotonic_ms() + GRACE_MS;
	int left = GRACE_MS;

	close_fd(&s->in);
	while (left > 0) {
		struct pollfd p = { .fd = s->out, .events = POLLIN };
		char rest[1024];

		if (poll(&p, 1, left) > 0 &&
		    read(s->out, rest, sizeof(rest)) <= 0)
			return;
		left = (int)(until - clock_monotonic_ms());
	}
}

void ssh_free(struct ssh *s)
{
	if (!s)
		return;
	close_fd(&s->in);
	close_fd(&s->out);
	close_fd(&s->err);
	if (s->pid > 0) {
		(void)kill(-s->pid, SIGKILL); /* a jump host's ssh too */
		(void)kill(s->pid, SIGKILL);
		while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(s);
}

/* ---- talking, always with an eye on the clock and on stderr */

static void keep_said(struct ssh *s, const char *bytes, size_t len)
{
	size_t max = sizeof(s->said) - 1;

	if (len > max) {
		bytes += len - max;
		len = max;
	}
	if (s->said_len + len > max) {
		size_t drop = s->said_len + len - max;

		memmove(s->said, s->said + drop, s->said_len - drop);
		s->said_len -= drop;
	}
	memcpy(s->said + s->said_len, bytes, len);
	s->said_len += len;
	s->said[s->said_len] = '\0';
}

static void read_said(struct ssh *s)
{
	char chunk[1024];
	ssize_t n = read(s->err, chunk, sizeof(chunk));

	if (n > 0)
		keep_said(s, chunk, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		close_fd(&s->err);
}

/* How long poll may wait: until the deadline or too much silence. */
static int wait_ms(const struct ssh *s)
{
	int64_t left = INT32_MAX;
	int64_t silence = (int64_t)s->remote->limits.low_speed_s * 1000;

	if (s->remote->deadline_ms)
		left = s->remote->deadline_ms - clock_monotonic_ms();
	if (silence > 0 && silence < left)
		left = silence;
	return left > 0 ? (int)left : 0;
}

static int too_late(const struct ssh *s, struct err *err)
{
	int64_t deadline = s->remote->deadline_ms;

	if (deadline && clock_monotonic_ms() >= deadline)
		return err_set(err, ERR_NET,
			       "'ssh://%s' did not finish in time",
			       s->remote->url.host);
	return err_set(err, ERR_NET, "'ssh://%s' sent nothing for %u s",
		       s->remote->url.host, s->remote->limits.low_speed_s);
}

/*
 * Wait until FD is ready for EVENTS; stderr is read meanwhile, and does not
 * count as an answer.
 */
static int wait_for(struct ssh *s, int fd, short events, struct err *err)
{
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = fd, .events = events },
			{ .fd = s->err, .events = POLLIN },
		};
		int n = poll(p, 2, wait_ms(s));

		if (n < 0 && errno != EINTR)
			return err_errno(err, errno, "wait for", "ssh");
		if (n == 0)
			return too_late(s, err);
		if (n > 0 && p[1].revents)
			read_said(s);
		if (n > 0 && p[0].revents)
			return 0;
	}
}

/* What ssh or the server wrote last, as one line. */
static const char *last_words(struct ssh *s)
{
	char *line, *end;

	while (s->err >= 0) { /* the rest of it, without waiting long */
		struct pollfd p = { .fd = s->err, .events = POLLIN };

		if (poll(&p, 1, 200) <= 0)
			break;
		read_said(s);
	}
	end = s->said + s->said_len;
	while (end > s->said && (end[-1] == '\n' || end[-1] == '\r'))
		*--end = '\0';
	/* after "fatal: Could not read from remote repository" comes advice */
	line = strstr(s->said, "ERROR: ");
	line = line ? line : strstr(s->said, "fatal: ");
	if (line) {
		line[strcspn(line, "\r\n")] = '\0';
		return line;
	}
	line = strrchr(s->said, '\n');
	return line ? line + 1 : s->said;
}

int ssh_ended(struct ssh *s, struct err *err)
{
	const char *words = last_words(s);
	enum err_code code = ERR_NET;

	if (strstr(words, "not found") || strstr(words, "not exist") ||
	    strstr(words, "not appear to be a git repository"))
		code = ERR_NOT_FOUND;
	(void)err_set(err, code, "'ssh://%s' ended%s%s", s->remote->url.host,
		      words[0] ? ": " : " without a word", words);
	if (strstr(words, "Host key verification failed"))
		return err_hint(err, "ssh %s", s->remote->url.host);
	return err->code;
}

int ssh_write(struct ssh *s, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(s->in, bytes, len);

		if (n < 0 && errno == EAGAIN) {
			if (wait_for(s, s->in, POLLOUT, err) < 0)
				return err->code;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ssh_ended(s, err);
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* At least one byte; 0 bytes are the end. */
int ssh_read(struct ssh *s, char *bytes, size_t size, size_t *got,
	     struct err *err)
{
	for (;;) {
		ssize_t n;

		if (wait_for(s, s->out, POLLIN, err) < 0)
			return err->code;
		n = read(s->out, bytes, size);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return err_errno(err, errno, "read from", "ssh");
		*got = (size_t)n;
		return 0;
	}
}
