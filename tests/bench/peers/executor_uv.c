/*
 * The shapes of executor.c that libuv has, each through its own interface, and
 * in the same time.
 * Compiled by shape-executor.sh where libuv's headers are installed.
 *
 *	executor_uv SHAPE
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

enum {
	YIELDS = 10000,
	TIMERS = 200000,
	PINGS = 2000,
	ECHOES = 1000,
};

static long left;

static double cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void on_idle(uv_idle_t *idle)
{
	if (--left < 0)
		uv_idle_stop(idle);
}

static double yield(uv_loop_t *loop)
{
	static uv_idle_t idle;
	double began;

	left = YIELDS;
	uv_idle_init(loop, &idle);
	uv_idle_start(&idle, on_idle);
	began = cpu_ns();
	uv_run(loop, UV_RUN_DEFAULT);
	return (cpu_ns() - began) / YIELDS;
}

/* Two handles that send to each other on one thread. */
static uv_async_t ping, pong;

static void on_ping(uv_async_t *async)
{
	(void)async;
	uv_async_send(&pong);
}

static void on_pong(uv_async_t *async)
{
	(void)async;
	if (--left >= 0) {
		uv_async_send(&ping);
		return;
	}
	uv_close((uv_handle_t *)&ping, NULL);
	uv_close((uv_handle_t *)&pong, NULL);
}

static double channel(uv_loop_t *loop)
{
	double began;

	left = PINGS;
	uv_async_init(loop, &ping, on_ping);
	uv_async_init(loop, &pong, on_pong);
	began = cpu_ns();
	uv_async_send(&ping);
	uv_run(loop, UV_RUN_DEFAULT);
	return (cpu_ns() - began) / PINGS;
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer;
}

static double timers(uv_loop_t *loop)
{
	static uv_timer_t all[TIMERS];
	double began = cpu_ns();

	for (int i = 0; i < TIMERS; i++) {
		uv_timer_init(loop, &all[i]);
		uv_timer_start(&all[i], on_timer, 3600000, 0);
	}
	for (int i = 0; i < TIMERS; i++)
		uv_timer_stop(&all[i]);
	return (cpu_ns() - began) / TIMERS;
}

static double fire(uv_loop_t *loop)
{
	static uv_timer_t all[TIMERS];
	double began = cpu_ns();

	for (int i = 0; i < TIMERS; i++) {
		uv_timer_init(loop, &all[i]);
		uv_timer_start(&all[i], on_timer,
			       (uint64_t)i * 7919 % TIMERS / 4000, 0);
	}
	uv_run(loop, UV_RUN_DEFAULT);
	return (cpu_ns() - began) / TIMERS;
}

static uv_pipe_t side[2];

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	static char bytes[64];

	(void)handle;
	(void)size;
	*buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	uv_buf_t one = uv_buf_init(buf->base, 1);

	if (count <= 0)
		return;
	if (--left >= 0) {
		(void)uv_try_write(stream, &one, 1);
		return;
	}
	uv_close((uv_handle_t *)&side[0], NULL);
	uv_close((uv_handle_t *)&side[1], NULL);
}

static double echo(uv_loop_t *loop)
{
	uv_buf_t one = uv_buf_init("x", 1);
	int fd[2];
	double began;

	left = 2 * ECHOES;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		uv_pipe_init(loop, &side[i], 0);
		uv_pipe_open(&side[i], fd[i]);
		uv_read_start((uv_stream_t *)&side[i], on_alloc, on_read);
	}
	began = cpu_ns();
	(void)uv_try_write((uv_stream_t *)&side[0], &one, 1);
	uv_run(loop, UV_RUN_DEFAULT);
	return (cpu_ns() - began) / ECHOES;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		double (*run)(uv_loop_t *loop);
	} shapes[] = { { "yield", yield },
		       { "channel", channel },
		       { "timers", timers },
		       { "fire", fire },
		       { "echo", echo } };
	double least = -1;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (argc != 2 || strcmp(argv[1], shapes[i].name) != 0)
			continue;
		for (int round = 0; round < 25; round++) {
			double figure = shapes[i].run(uv_default_loop());

			if (least < 0 || figure < least)
				least = figure;
		}
	}
	printf("%.1f\n", least);
	return least < 0;
}
