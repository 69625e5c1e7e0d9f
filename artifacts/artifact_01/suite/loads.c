/* E66 to E70: many descriptors, signals, and what is not to be touched. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "parts.h"

enum {
	MANY = 3000
};

/* ---- as many as a batch has, beside one that is ready in each turn */

enum {
	RUSH = 600
};

struct hot {
	int fd;
	int served;
};

static int step_hot(struct probe *p, struct cx_ctx *cx)
{
	const struct hot *hot = p->data;

	if (!p->op)
		p->op = ready_op(p->ex, hot->fd, CX_READABLE);
	if (cx_op_poll(p->op, cx, NULL) != CX_PENDING) {
		cx_op_drop(p->op);
		p->op = NULL;
		cx_ctx_wake(cx);
	}
	return hot->served == RUSH ? CX_READY : CX_PENDING;
}

static int step_served(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_await(p, cx);

	((struct hot *)p->data)->served += rc == CX_READY;
	return rc;
}

static void rush_beside_hot(void)
{
	static struct probe p[RUSH];
	static int fds[RUSH];
	struct cx_exec *ex = exec_new();
	struct hot hot = { .fd = eventfd(1, EFD_NONBLOCK) };
	struct probe busy = { .step = step_hot, .data = &hot };

	for (int i = 0; i < RUSH; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK);
		p[i] = (struct probe){ .step = step_served, .data = &hot };
		p[i].op = ready_op(ex, fds[i], CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	probe_spawn(ex, &busy);
	turns(ex, 2 * RUSH);
	for (int i = 0; i < RUSH; i++)
		eventfd_write(fds[i], 1);
	exec_run(ex);
	cx_free(ex);
	for (int i = 0; i < RUSH; i++)
		close(fds[i]);
	close(hot.fd);
}

static void e66(void)
{
	static struct probe p[MANY];
	static int fds[MANY];
	struct cx_exec *ex;

	need_descriptors(MANY + 100);
	ex = exec_new();
	for (int i = 0; i < MANY; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK);
		p[i].step = step_await;
		p[i].op = ready_op(ex, fds[i], CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	turns(ex, 4 * MANY);
	for (int i = 0; i < MANY; i++)
		eventfd_write(fds[i], 1);
	exec_run(ex);
	for (int i = 0; i < MANY; i++) {
		/* an eventfd has room to write, too, and it may say so */
		CHECK(p[i].n > 0 && p[i].n & CX_READABLE, "READY with %ld",
		      p[i].n);
	}
	cx_free(ex);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	rush_beside_hot();
	ring_among_events();
	wait_for_many();
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void e67(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1 };
	const struct itimerspec each_ms = { .it_interval.tv_nsec = MS,
					    .it_value.tv_nsec = MS };
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_await };
	struct sigaction old;
	timer_t timer;

	sigaction(SIGUSR1, &action, &old);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0)
		skip_because("no timer to be had");
	timer_settime(timer, 0, &each_ms, NULL);
	if (cx_caps() & CX_CAP_TIMERS) {
		p.op = cx_sleep_until(ex, cx_now(ex) + 300 * MS);
		CHECK(p.op, "cx_sleep_until gave NULL");
		probe_block_on(ex, &p);
		CHECK(p.n == 0, "a timer gave %s", code_word(-100 - p.n));
	}
	if (cx_caps() & CX_CAP_TIMERS && cx_caps() & CX_CAP_IO)
		sleep_beside_data(ex, 20);
	run_for(ex, 50);
	timer_delete(timer);
	cx_free(ex);
	sigaction(SIGUSR1, &old, NULL);
}

/* An error from making it or from its first poll. */
static void check_error(struct cx_exec *ex, int fd, const char *what)
{
	struct cx_op *op = cx_fd_ready(ex, fd, CX_READABLE);
	struct counter c = { 0 };
	int rc;

	if (!op)
		return;
	rc = poll_with(op, &c);
	CHECK(rc < 0, "%s: the poll gave %s, not an error", what,
	      code_word(rc));
	cx_op_drop(op);
}

struct closing {
	struct cx_op *op; /* of the second wait */
	struct counter c;
	int fd;
	int rc; /* of its latest poll */
};

/* Is told of data, closes that, and waits for its number in the same poll. */
static int step_close(struct probe *p, struct cx_ctx *cx)
{
	struct closing *s = p->data;
	int rc = cx_op_poll(p->op, cx, NULL);

	if (rc == CX_PENDING)
		return rc;
	CHECK(rc == CX_READY, "waiting for data gave %s", code_word(rc));
	cx_op_drop(p->op);
	p->op = NULL;
	close(s->fd);
	s->op = cx_fd_ready(p->ex, s->fd, CX_READABLE);
	s->rc = s->op ? poll_with(s->op, &s->c) : CX_E_SYS;
	return CX_READY;
}

/* The error may be late, but has to come. */
static void close_what_was_ready(struct cx_exec *ex)
{
	static struct closing s;
	struct probe p = { .step = step_close, .data = &s };
	int fds[2];

	pair_open(fds);
	put_bytes(fds[1], 1);
	s.fd = fds[0];
	p.op = ready_op(ex, fds[0], CX_READABLE);
	probe_block_on(ex, &p);
	for (int i = 0; s.rc == CX_PENDING && i < 100; i++) {
		run_for(ex, 2);
		s.rc = poll_with(s.op, &s.c);
	}
	CHECK(s.rc < 0,
	      "a descriptor that was closed right after it was ready: the "
	      "polls of 200 ms gave %s, not an error",
	      code_word(s.rc));
	cx_op_drop(s.op);
	close(fds[1]);
}

/* What was refused is no reason to refuse the next on its number. */
static void file_then_socket(struct cx_exec *ex)
{
	int file = open("/proc/self/exe", O_RDONLY);
	int fds[2];

	for (int i = 0; i < 2; i++)
		check_error(ex, file, "a regular file");
	pair_open(fds);
	dup2(fds[0], file);
	wake_by(ex, file, CX_READABLE, do_close, fds[1],
		"a socket on the number of a regular file");
	close(file);
	close(fds[0]);
}

/* Nor is what is said of a closed one to outlive who has its number next. */
static void closed_then_two(struct cx_exec *ex)
{
	int fds[2];
	int pipes[2];
	int number;

	pair_open(fds);
	number = dup(fds[0]);
	close(number);
	check_error(ex, number, "a closed descriptor");
	dup2(fds[0], number);
	wait_ready(ex, number, CX_WRITABLE,
		   "room, on the number of a closed descriptor");
	close(number);
	pair_close(fds);
	if (pipe(pipes) < 0)
		return;
	dup2(pipes[0], number);
	put_bytes(pipes[1], 1);
	wait_ready(ex, number, CX_READABLE, "a pipe, on a number used before");
	close(number);
	pair_close(pipes);
}

static void e68(void)
{
	struct cx_exec *ex = exec_new();
	int file = open("/proc/self/exe", O_RDONLY);

	check_error(ex, file, "a regular file");
	close(file);
	check_error(ex, file, "a closed descriptor, after an op for the file");
	do
		file++;
	while (fcntl(file, F_GETFD) >= 0);
	check_error(ex, file, "a descriptor that nobody opened");
	check_error(ex, -1, "descriptor -1");
	file_then_socket(ex);
	closed_then_two(ex);
	close_what_was_ready(ex);
	turns(ex, 5);
	cx_free(ex);
}

/* ---- E69: what an idle descriptor costs */

static uint64_t cost_of_wakes(struct cx_exec *ex, int fd)
{
	uint64_t best = UINT64_MAX;

	for (int round = 0; round < 5; round++) {
		uint64_t cpu = cpu_ns();

		for (int i = 0; i < 200; i++) {
			eventfd_t value;

			eventfd_write(fd, 1);
			wait_ready(ex, fd, CX_READABLE, "an event");
			eventfd_read(fd, &value);
		}
		cpu = cpu_ns() - cpu;
		best = cpu < best ? cpu : best;
	}
	return best;
}

static void e69(void)
{
	static struct probe p[MANY];
	struct cx_exec *ex;
	uint64_t alone;
	uint64_t among;
	int fd;

	need_descriptors(MANY + 100);
	ex = exec_new();
	fd = eventfd(0, EFD_NONBLOCK);
	alone = cost_of_wakes(ex, fd);
	for (int i = 0; i < MANY; i++) {
		p[i].step = step_await;
		p[i].op = ready_op(ex, eventfd(0, EFD_NONBLOCK), CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	turns(ex, 4 * MANY);
	among = cost_of_wakes(ex, fd);
	/* asking each of them costs a hundred times as much, not four */
	CHECK(among < 4 * alone + MS,
	      "200 events: %u us alone, %u us among %d idle descriptors",
	      (unsigned int)(alone / 1000), (unsigned int)(among / 1000), MANY);
	cx_free(ex);
}

/* ---- E70 */

int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	if (!dir)
		skip_because("there is no /proc");
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void use_descriptor(void)
{
	struct cx_exec *ex = exec_new();
	int flags[2];
	int fds[2];

	pair_open(fds);
	fcntl(fds[0], F_SETFL, 0); /* blocking */
	for (int i = 0; i < 2; i++)
		flags[i] = fcntl(fds[i], F_GETFL);
	for (int i = 0; i < 2; i++) {
		put_bytes(fds[!i], 1);
		wait_ready(ex, fds[i], CX_READABLE, "data");
		wait_ready(ex, fds[i], CX_WRITABLE, "room");
		CHECK(fcntl(fds[i], F_GETFL) == flags[i],
		      "O_NONBLOCK was changed, or the descriptor closed");
	}
	cx_free(ex);
	for (int i = 0; i < 2; i++)
		CHECK(fcntl(fds[i], F_GETFL) == flags[i],
		      "O_NONBLOCK was changed, or the descriptor closed");
	pair_close(fds);
}

static void e70(void)
{
	int before;

	use_descriptor();
	before = descriptors();
	for (int i = 0; i < 5; i++)
		use_descriptor();
	CHECK(descriptors() - before < 5,
	      "5 executors left %d descriptors open", descriptors() - before);
}

const struct statement load_io_statements[] = {
	{ "E66", 'L', false, CX_CAP_IO, e66 },
	{ "E67", 'L', false, 0, e67 },
	{ "E68", 'K', false, CX_CAP_IO, e68 },
	{ "E69", 'G', false, CX_CAP_IO, e69 },
	{ "E70", 'K', false, CX_CAP_IO, e70 },
	{ 0 },
};
