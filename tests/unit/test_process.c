#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/pool.h"
#include "fault.h"
#include "io/file.h"
#include "io/process.h"

static const char *const plain_env[] = { "PATH=/usr/bin:/bin", "A=1", NULL };

static struct process_result sh_with(struct process_spec spec,
				     const char *script)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct process_result r = { 0 };
	struct err err = { 0 };

	spec.argv = argv;
	if (!spec.env)
		spec.env = plain_env;
	assert_int_equal(process_run(&spec, &r, &err), 0);
	return r;
}

static struct process_result sh(const char *script)
{
	return sh_with((struct process_spec){ 0 }, script);
}

static void nap(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
			      .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Dead and not yet reaped by init is dead. */
static bool is_running(long pid)
{
	AUTO(strbuf_releasep) struct strbuf stat = { 0 };
	char path[64];
	struct err err = { 0 };

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	return file_read(path, 4096, &stat, &err) == 0 &&
	       !strstr(strbuf_str(&stat), ") Z ");
}

static void test_run_tells_status_and_both_streams(void **state)
{
	AUTO(process_result_releasep)
	struct process_result r = sh("echo out; echo err >&2; exit 3");

	(void)state;
	assert_int_equal(r.exit_status, 3);
	assert_int_equal(r.signal, 0);
	assert_string_equal(strbuf_str(&r.out), "out\n");
	assert_string_equal(strbuf_str(&r.err), "err\n");
	assert_false(r.timed_out);
}

static void test_run_tells_the_signal(void **state)
{
	AUTO(process_result_releasep)
	struct process_result r = sh("kill -9 $$");

	(void)state;
	assert_int_equal(r.exit_status, -1);
	assert_int_equal(r.signal, SIGKILL);
}

static void test_run_gives_exactly_the_environment(void **state)
{
	const char *argv[] = { "env", NULL };
	struct process_spec spec = { .argv = argv, .env = plain_env };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(process_run(&spec, &r, &err), 0);
	assert_string_equal(strbuf_str(&r.out), "PATH=/usr/bin:/bin\nA=1\n");
}

static void test_run_works_in_the_folder_it_is_given(void **state)
{
	AUTO(process_result_releasep)
	struct process_result r =
		sh_with((struct process_spec){ .cwd = "/usr" }, "pwd");

	(void)state;
	assert_string_equal(strbuf_str(&r.out), "/usr\n");
}

static void test_run_feeds_more_input_than_a_pipe_holds(void **state)
{
	size_t len = 1 << 20;
	char *bytes = calloc(1, len);
	struct process_spec spec = { .input = bytes, .input_len = len };
	AUTO(process_result_releasep)
	struct process_result r = sh_with(spec, "sleep 0.1; wc -c");

	(void)state;
	free(bytes);
	assert_string_equal(strbuf_str(&r.out), "1048576\n");
}

static void test_run_gives_an_empty_stdin(void **state)
{
	AUTO(process_result_releasep) struct process_result r = sh("wc -c");

	(void)state;
	assert_string_equal(strbuf_str(&r.out), "0\n");
}

static void test_run_drops_and_counts_what_is_too_much(void **state)
{
	struct process_spec spec = { .max_output = 1000 };
	AUTO(process_result_releasep)
	struct process_result r =
		sh_with(spec, "head -c 5000000 /dev/zero; echo end >&2");

	(void)state;
	assert_int_equal(r.exit_status, 0);
	assert_int_equal(r.out.len, 1000);
	assert_int_equal(r.dropped, 4999000);
	assert_string_equal(strbuf_str(&r.err), "end\n");
}

static void test_run_merges_in_order(void **state)
{
	struct process_spec spec = { .merge = true };
	AUTO(process_result_releasep)
	struct process_result r = sh_with(spec, "echo 1; echo 2 >&2; echo 3");

	(void)state;
	assert_string_equal(strbuf_str(&r.out), "1\n2\n3\n");
	assert_int_equal(r.err.len, 0);
}

static void test_run_writes_to_a_descriptor(void **state)
{
	FILE *f = tmpfile();
	struct process_spec spec = { .out_fd = fileno(f) };
	AUTO(process_result_releasep)
	struct process_result r = sh_with(spec, "echo to the file");
	char line[64] = "";

	(void)state;
	rewind(f);
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_string_equal(line, "to the file\n");
	assert_int_equal(r.out.len, 0);
}

static void test_run_kills_the_group_when_the_time_is_over(void **state)
{
	struct process_spec spec = { .timeout_ms = 200 };
	AUTO(process_result_releasep)
	struct process_result r =
		sh_with(spec, "sleep 60 & echo $!; wait; echo never");
	long pid = strtol(strbuf_str(&r.out), NULL, 10);

	(void)state;
	assert_true(r.timed_out);
	assert_int_equal(r.signal, SIGKILL);
	assert_true(r.wall_ms >= 200 && r.wall_ms < 5000);
	assert_null(strstr(strbuf_str(&r.out), "never"));
	assert_true(pid > 1);
	for (int i = 0; i < 500 && is_running(pid); i++)
		nap(10); /* it dies when it is scheduled */
	assert_false(is_running(pid));
}

static void test_run_does_not_wait_for_those_left_behind(void **state)
{
	AUTO(process_result_releasep)
	struct process_result r = sh("sleep 60 & exit 0");

	(void)state;
	assert_int_equal(r.exit_status, 0);
	assert_true(r.wall_ms < 5000);
}

static void test_run_survives_closed_streams(void **state)
{
	struct process_spec spec = { .timeout_ms = 10000 };
	AUTO(process_result_releasep)
	struct process_result r =
		sh_with(spec, "exec >&- 2>&-; sleep 0.2; exit 4");

	(void)state;
	assert_int_equal(r.exit_status, 4);
	assert_true(r.wall_ms >= 200);
}

static void test_run_opens_nothing_but_three_descriptors(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* not close-on-exec */
	AUTO(process_result_releasep)
	struct process_result r = sh("ls /proc/self/fd | wc -l");

	(void)state;
	close(fd);
	/* 0, 1, 2 and the folder that ls reads */
	assert_string_equal(strbuf_str(&r.out), "4\n");
}

static void test_run_makes_a_session_of_its_own(void **state)
{
	AUTO(process_result_releasep)
	struct process_result r = sh("cut -d' ' -f5,6 /proc/$$/stat; echo $$");
	long group = 0, session = 0, pid = 0;

	(void)state;
	assert_int_equal(sscanf(strbuf_str(&r.out), "%ld %ld %ld", &group,
				&session, &pid),
			 3);
	assert_int_equal(group, pid);
	assert_int_equal(session, pid);
}

static void test_run_names_a_missing_program(void **state)
{
	const char *argv[] = { "no-such-program", NULL };
	struct process_spec spec = { .argv = argv, .env = plain_env };
	struct process_result r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(process_run(&spec, &r, &err), ERR_MISSING);
	assert_string_equal(err.msg, "'no-such-program' not found");
}

static void test_run_tells_why_it_could_not_start(void **state)
{
	const char *argv[] = { "true", NULL };
	struct process_spec spec = { .argv = argv,
				     .env = plain_env,
				     .cwd = "/none/such" };
	struct process_result r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(process_run(&spec, &r, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "cannot enter '/none/such'"));
}

static bool at_once(void *ctx, int64_t pid)
{
	int *asked = ctx;

	assert_true(pid > 0);
	return ++*asked == 3;
}

static void test_run_ends_when_the_watcher_says_so(void **state)
{
	int asked = 0;
	struct process_spec spec = { .watch = at_once, .watch_ctx = &asked };
	AUTO(process_result_releasep)
	struct process_result r = sh_with(spec, "sleep 60");

	(void)state;
	assert_true(r.stopped);
	assert_false(r.timed_out);
	assert_int_equal(asked, 3);
}

static void test_run_counts_processor_time(void **state)
{
	AUTO(process_result_releasep)
	struct process_result r =
		sh("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");

	(void)state;
	assert_true(r.cpu_ms > 0);
	assert_true(r.wall_ms >= 0);
}

static void test_run_fails_when_a_cgroup_cannot_be_entered(void **state)
{
	const char *argv[] = { "true", NULL };
	const char *groups[] = { "/none/cgroup.procs", NULL };
	struct process_spec spec = { .argv = argv,
				     .env = plain_env,
				     .cgroups = groups };
	struct process_result r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(process_run(&spec, &r, &err) < 0);
}

/* The group dies with us, even if we are killed. */
static void test_run_leaves_nobody_when_we_are_killed(void **state)
{
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	char *dir = NULL;
	struct err err = { 0 };
	struct stat st;
	pid_t pid;
	int status;

	(void)state;
	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	strbuf_addf(&script, "(touch %s/up; sleep 1; touch %s/survived) & wait",
		    dir, dir);
	pid = fork();
	if (pid == 0) {
		(void)sh(strbuf_str(&script));
		_exit(0);
	}
	strbuf_reset(&script);
	strbuf_addf(&script, "%s/up", dir);
	for (int i = 0; i < 500 && stat(strbuf_str(&script), &st) < 0; i++)
		nap(10);
	assert_int_equal(stat(strbuf_str(&script), &st), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	nap(1500);
	strbuf_reset(&script);
	strbuf_addf(&script, "%s/survived", dir);
	assert_int_not_equal(stat(strbuf_str(&script), &st), 0);
	assert_int_equal(file_remove_tree(dir, &err), 0);
	free(dir);
}

static void one_of_many(void *ctx, size_t index)
{
	const char *argv[] = { "sh", "-c", "cat; exit 7", NULL };
	char text[32];
	struct process_spec spec = { .argv = argv, .env = plain_env };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	struct err err = { 0 };
	int *good = ctx;

	spec.input = text;
	spec.input_len = (size_t)snprintf(text, sizeof(text), "%zu", index);
	good[index] = process_run(&spec, &r, &err) == 0 && r.exit_status == 7 &&
		      strcmp(strbuf_str(&r.out), text) == 0;
}

static void test_run_goes_from_many_threads(void **state)
{
	int good[40] = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(pool_run(8, ARRAY_LEN(good), one_of_many, good, &err),
			 0);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(good[i]);
}

static void test_run_survives_any_failed_allocation(void **state)
{
	const char *argv[] = { "sh", "-c", "echo out; echo err >&2", NULL };
	struct process_spec spec = { .argv = argv, .env = plain_env };
	long nth = 0, total;

	(void)state;
	do {
		AUTO(process_result_releasep) struct process_result r = { 0 };
		struct err err = { 0 };

		fault_alloc(++nth);
		if (process_run(&spec, &r, &err) < 0)
			assert_true(err.code == ERR_NOMEM ||
				    err.code == ERR_MISSING);
		total = fault_count();
		fault_alloc(0);
	} while (nth <= total);
	assert_true(nth > 2);
}

static void test_find_looks_only_where_it_is_told(void **state)
{
	char *found = process_find("sh", "/none:relative::/usr/bin");

	(void)state;
	assert_non_null(found);
	assert_string_equal(found, "/usr/bin/sh");
	free(found);
	assert_null(process_find("sh", ""));
	assert_null(process_find("sh", "/none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_tells_status_and_both_streams),
		cmocka_unit_test(test_run_tells_the_signal),
		cmocka_unit_test(test_run_gives_exactly_the_environment),
		cmocka_unit_test(test_run_works_in_the_folder_it_is_given),
		cmocka_unit_test(test_run_feeds_more_input_than_a_pipe_holds),
		cmocka_unit_test(test_run_gives_an_empty_stdin),
		cmocka_unit_test(test_run_drops_and_counts_what_is_too_much),
		cmocka_unit_test(test_run_merges_in_order),
		cmocka_unit_test(test_run_writes_to_a_descriptor),
		cmocka_unit_test(
			test_run_kills_the_group_when_the_time_is_over),
		cmocka_unit_test(test_run_does_not_wait_for_those_left_behind),
		cmocka_unit_test(test_run_survives_closed_streams),
		cmocka_unit_test(test_run_opens_nothing_but_three_descriptors),
		cmocka_unit_test(test_run_makes_a_session_of_its_own),
		cmocka_unit_test(test_run_names_a_missing_program),
		cmocka_unit_test(test_run_tells_why_it_could_not_start),
		cmocka_unit_test(test_run_ends_when_the_watcher_says_so),
		cmocka_unit_test(test_run_counts_processor_time),
		cmocka_unit_test(
			test_run_fails_when_a_cgroup_cannot_be_entered),
		cmocka_unit_test(test_run_leaves_nobody_when_we_are_killed),
		cmocka_unit_test(test_run_goes_from_many_threads),
		cmocka_unit_test(test_run_survives_any_failed_allocation),
		cmocka_unit_test(test_find_looks_only_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
