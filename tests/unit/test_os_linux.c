#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/os_linux.h"

static char folder[] = "/tmp/cohort-os.XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void test_os_random_fills_and_differs(void **state)
{
	unsigned char a[4096] = { 0 }, b[4096] = { 0 };

	(void)state;
	os_random(a, sizeof(a));
	os_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(a + sizeof(a) - 16,
				"\0\0\0\0\0\0\0\0"
				"\0\0\0\0\0\0\0\0",
				16);
}

static void test_os_self_path_is_this_binary(void **state)
{
	struct err err = { 0 };
	char path[4096], tiny[4];

	(void)state;
	assert_int_equal(os_self_path(path, sizeof(path), &err), 0);
	assert_int_equal(path[0], '/');
	assert_non_null(strstr(path, "test_os_linux"));
	assert_int_equal(os_self_path(tiny, sizeof(tiny), &err), ERR_LIMIT);
}

static void test_os_cpu_count_is_at_least_one(void **state)
{
	(void)state;
	assert_true(os_cpu_count() >= 1);
}

static void test_os_pipe_closes_on_exec(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(os_pipe_cloexec(fds), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
		close(fds[i]);
	}
}

static void test_os_lock_is_for_one_and_dies_with_it(void **state)
{
	int first = open("lock", O_RDWR | O_CREAT, 0600);
	int second = open("lock", O_RDWR);

	(void)state;
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(os_lock_try(first), 0);
	assert_int_equal(os_lock_try(second), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	close(first);
	assert_int_equal(os_lock_try(second), 0);
	close(second);
	unlink("lock");
}

/* The exit status of a child that runs CHECK. */
static int in_child(int (*check)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(check());
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int close_from_some(void)
{
	int keep = dup(1), gone = fcntl(1, F_DUPFD, keep + 10);

	os_close_from(keep + 1);
	return fcntl(keep, F_GETFD) < 0 || fcntl(gone, F_GETFD) >= 0;
}

static void test_os_close_from_keeps_those_below(void **state)
{
	(void)state;
	assert_int_equal(in_child(close_from_some), 0);
}

/* The child waits for ever; its child must die when it is killed. */
static void test_os_die_with_parent_does(void **state)
{
	int fds[2], status;
	char c;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			os_die_with_parent(SIGKILL);
			(void)!write(fds[1], "x", 1);
		}
		for (;;)
			pause();
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* the end of the pipe: nobody is left to write into it */
	assert_int_equal(read(fds[0], &c, 1), 0);
	close(fds[0]);
}

static void test_os_wait_tells_status_and_time(void **state)
{
	int64_t cpu_ms = -1;
	int status = 0, hold[2];
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	pid = fork();
	if (pid == 0) {
		close(hold[1]);
		(void)!read(hold[0], &c, 1); /* until the parent lets go */
		_exit(7);
	}
	assert_int_equal(os_wait(pid, true, &status, &cpu_ms), 1);
	close(hold[1]);
	assert_int_equal(os_wait(pid, false, &status, &cpu_ms), 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_true(cpu_ms >= 0);
	assert_int_equal(os_wait(pid, false, &status, &cpu_ms), -1);
	assert_int_equal(errno, ECHILD);
	close(hold[0]);
}

static void test_os_pidfd_tells_the_end(void **state)
{
	struct pollfd p = { .events = POLLIN };
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		for (;;)
			pause();
	}
	p.fd = os_pidfd_open(pid);
	assert_true(p.fd >= 0);
	assert_int_equal(poll(&p, 1, 0), 0);
	kill(pid, SIGKILL);
	assert_int_equal(poll(&p, 1, 5000), 1);
	waitpid(pid, &status, 0);
	assert_int_equal(os_pidfd_open(pid), -1);
	assert_int_equal(errno, ESRCH);
	close(p.fd);
}

static void test_os_reallocarray_refuses_what_overflows(void **state)
{
	int *p = os_reallocarray(NULL, 4, sizeof(*p));

	(void)state;
	assert_non_null(p);
	assert_null(os_reallocarray(p, SIZE_MAX / 2, 4));
	free(p);
}

static void test_os_real_path_follows_links(void **state)
{
	char *path, *direct;

	(void)state;
	put("file", "x");
	assert_int_equal(symlink("file", "link"), 0);
	path = os_real_path("link");
	direct = os_real_path("./file");
	assert_non_null(path);
	assert_int_equal(path[0], '/');
	assert_string_equal(path, direct);
	free(path);
	free(direct);
	assert_null(os_real_path("none"));
	assert_int_equal(errno, ENOENT);
	unlink("link");
	unlink("file");
}

static void test_os_watch_fires_when_the_file_is_opened(void **state)
{
	int watch, fd;

	(void)state;
	put("file", "x");
	watch = os_watch_open("file");
	assert_true(watch >= 0);
	assert_false(os_watch_fired(watch));
	fd = open("file", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	assert_true(os_watch_fired(watch));
	assert_false(os_watch_fired(watch));
	close(watch);
	assert_int_equal(os_watch_open("none"), -1);
	assert_int_equal(errno, ENOENT);
	unlink("file");
}

static void test_os_start_writeback_changes_nothing(void **state)
{
	char text[8] = { 0 };
	int fd = open("file", O_RDWR | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, "abc", 3), 3);
	os_start_writeback(fd);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 3);
	assert_string_equal(text, "abc");
	close(fd);
	unlink("file");
}

static void test_os_self_command_is_the_program_at_least(void **state)
{
	char text[64] = { 0 }, tiny[4];

	(void)state;
	os_self_command(text, sizeof(text));
	assert_string_equal(text, "test_os_linux");
	os_self_command(tiny, sizeof(tiny));
	assert_true(strlen(tiny) < sizeof(tiny));
}

static void test_os_memory_file_is_a_file(void **state)
{
	int fd = os_memory_file("x");
	char c = 0;

	(void)state;
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(fd, "a", 1), 1);
	assert_int_equal(pread(fd, &c, 1, 0), 1);
	assert_int_equal(c, 'a');
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_random_fills_and_differs),
		cmocka_unit_test(test_os_self_path_is_this_binary),
		cmocka_unit_test(test_os_cpu_count_is_at_least_one),
		cmocka_unit_test(test_os_pipe_closes_on_exec),
		cmocka_unit_test(test_os_lock_is_for_one_and_dies_with_it),
		cmocka_unit_test(test_os_close_from_keeps_those_below),
		cmocka_unit_test(test_os_die_with_parent_does),
		cmocka_unit_test(test_os_wait_tells_status_and_time),
		cmocka_unit_test(test_os_memory_file_is_a_file),
		cmocka_unit_test(test_os_pidfd_tells_the_end),
		cmocka_unit_test(test_os_reallocarray_refuses_what_overflows),
		cmocka_unit_test(test_os_real_path_follows_links),
		cmocka_unit_test(test_os_watch_fires_when_the_file_is_opened),
		cmocka_unit_test(test_os_start_writeback_changes_nothing),
		cmocka_unit_test(test_os_self_command_is_the_program_at_least),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
