/* The relay of tests/bench, against an echo server: late, and complete. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum {
	CLIENTS = 40,
	ROUND_TRIP_MS = 40
};

static char relay_path[4096];
static pid_t relay_pid;
static uint16_t relay_port;
static int echo_fd;

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port) };

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

/* Sends back what comes; once nothing more comes, "bye" and the end. */
static void *echo_one(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[16384];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0, w; done < n; done += w) {
			w = send(fd, buf + done, (size_t)(n - done),
				 MSG_NOSIGNAL);
			if (w < 0)
				break;
		}
	}
	(void)send(fd, "bye", 3, MSG_NOSIGNAL);
	close(fd);
	return NULL;
}

static void *echo(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(echo_fd, NULL, NULL)) >= 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, echo_one,
				   (void *)(intptr_t)fd) == 0)
			pthread_detach(thread);
	}
	return NULL;
}

static uint16_t start_echo(void)
{
	struct sockaddr_in addr = loopback(0);
	socklen_t len = sizeof(addr);
	pthread_t thread;

	echo_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(echo_fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	assert_int_equal(listen(echo_fd, 128), 0);
	assert_int_equal(getsockname(echo_fd, (struct sockaddr *)&addr, &len),
			 0);
	assert_int_equal(pthread_create(&thread, NULL, echo, NULL), 0);
	pthread_detach(thread);
	return ntohs(addr.sin_port);
}

static int start_relay(void **state)
{
	int out[2];
	char target[16], line[16] = { 0 };

	(void)state;
	snprintf(target, sizeof(target), "%u", start_echo());
	assert_int_equal(pipe(out), 0);
	relay_pid = fork();
	if (relay_pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		execl(relay_path, relay_path, "0", target, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	assert_true(read(out[0], line, sizeof(line) - 1) > 0);
	close(out[0]);
	relay_port = (uint16_t)strtol(line, NULL, 10);
	assert_true(relay_port > 0);
	return 0;
}

static int stop_relay(void **state)
{
	(void)state;
	kill(relay_pid, SIGTERM);
	waitpid(relay_pid, NULL, 0);
	return 0;
}

static int dial(void)
{
	struct sockaddr_in addr = loopback(relay_port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)),
			 0);
	return fd;
}

static void test_relay_adds_a_round_trip(void **state)
{
	int fd = dial();
	int64_t least = INT64_MAX;
	char c;

	(void)state;
	for (int i = 0; i < 5; i++) {
		int64_t began = clock_monotonic_ms();
		int64_t took;

		assert_int_equal(write(fd, "x", 1), 1);
		assert_int_equal(read(fd, &c, 1), 1);
		took = clock_monotonic_ms() - began;
		assert_true(took >= ROUND_TRIP_MS - 1);
		least = took < least ? took : least;
	}
	assert_true(least < ROUND_TRIP_MS + 20);
	close(fd);
}

struct stream {
	size_t bytes;
	unsigned late_ms; /* before anything is read */
	char seed;
	int failed;
};

static char byte_at(const struct stream *s, size_t i)
{
	return (char)(i * 31 + i / 251 + (size_t)s->seed);
}

/* Read to the end: our bytes, then "bye". */
static int expect_back(int fd, const struct stream *s)
{
	size_t got = 0;
	char buf[16384];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++, got++) {
			char want = got < s->bytes ? byte_at(s, got)
						   : "bye?"[got - s->bytes];

			if (got >= s->bytes + 3 || buf[i] != want)
				return -1;
		}
	}
	return n == 0 && got == s->bytes + 3 ? 0 : -1;
}

static void *send_all(void *arg)
{
	struct stream *s = arg;
	int fd = s->failed;
	char buf[8192];

	s->failed = 0;
	for (size_t done = 0; done < s->bytes;) {
		size_t len = s->bytes - done;
		ssize_t n;

		len = len < sizeof(buf) ? len : sizeof(buf);
		for (size_t i = 0; i < len; i++)
			buf[i] = byte_at(s, done + i);
		n = send(fd, buf, len, MSG_NOSIGNAL);
		if (n < 0) {
			s->failed = 1;
			break;
		}
		done += (size_t)n;
	}
	shutdown(fd, SHUT_WR); /* and still want the answer */
	return NULL;
}

static void *converse(void *arg)
{
	struct stream *s = arg;
	int fd = dial();
	struct stream out = *s;
	pthread_t sender;

	out.failed = fd;
	if (pthread_create(&sender, NULL, send_all, &out) != 0) {
		s->failed = 1;
		return NULL;
	}
	if (s->late_ms)
		poll(NULL, 0, (int)s->late_ms);
	s->failed = expect_back(fd, s) < 0;
	pthread_join(sender, NULL);
	s->failed |= out.failed;
	close(fd);
	return NULL;
}

static void test_relay_carries_everything_and_half_closes(void **state)
{
	struct stream s = { .bytes = 20 << 20, .seed = 7 };

	(void)state;
	converse(&s);
	assert_int_equal(s.failed, 0);
}

/* The target has closed when the relay holds all it may, and not yet all. */
static void test_relay_keeps_all_for_a_late_reader(void **state)
{
	struct stream s = { .bytes = 10 << 20, .late_ms = 500, .seed = 3 };

	(void)state;
	converse(&s);
	assert_int_equal(s.failed, 0);
}

static void test_relay_serves_many_at_once(void **state)
{
	struct stream s[CLIENTS];
	pthread_t threads[CLIENTS];
	int64_t began = clock_monotonic_ms();

	(void)state;
	for (int i = 0; i < CLIENTS; i++) {
		s[i] = (struct stream){ .bytes = (size_t)i * 1000,
					.seed = (char)i };
		assert_int_equal(
			pthread_create(&threads[i], NULL, converse, &s[i]), 0);
	}
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(s[i].failed, 0);
	}
	/* one after the other would take CLIENTS round trips */
	assert_true(clock_monotonic_ms() - began < CLIENTS * ROUND_TRIP_MS / 2);
}

static int64_t cpu_ticks(void)
{
	char path[64];
	unsigned long user = 0, system = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)relay_pid);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(
		fscanf(file,
		       "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		       "%lu %lu",
		       &user, &system),
		2);
	fclose(file);
	return (int64_t)(user + system);
}

static void test_relay_rests_when_nobody_speaks(void **state)
{
	int half = dial(), idle = dial(), dropped = dial();
	int64_t before;

	(void)state;
	shutdown(half, SHUT_WR);
	assert_int_equal(write(dropped, "x", 1), 1);
	close(dropped);
	poll(NULL, 0, 100);
	before = cpu_ticks();
	poll(NULL, 0, 300);
	assert_true(cpu_ticks() - before <= 2);
	close(half);
	close(idle);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relay_adds_a_round_trip),
		cmocka_unit_test(test_relay_carries_everything_and_half_closes),
		cmocka_unit_test(test_relay_keeps_all_for_a_late_reader),
		cmocka_unit_test(test_relay_serves_many_at_once),
		cmocka_unit_test(test_relay_rests_when_nobody_speaks),
	};

	(void)argc;
	snprintf(relay_path, sizeof(relay_path), "%.*s/../bench/relay",
		 (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
	return cmocka_run_group_tests(tests, start_relay, stop_relay);
}
