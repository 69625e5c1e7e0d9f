#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "io/cgroup.h"
#include "io/file.h"
#include "io/sandbox_internal.h"

static const char *const env[] = { "PATH=/usr/bin:/bin", "ONE=1", NULL };

/* Each test runs in every mode that this machine has. */
static enum sandbox_mode mode;
static bool with_cgroup = true;

static struct process_result run(struct sandbox_spec spec, const char *script)
{
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	struct process_result r = { 0 };
	struct err err = { 0 };

	spec.argv = argv;
	spec.env = env;
	spec.merge = true;
	if (sandbox_run_as(mode, with_cgroup, &spec, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return r;
}

static struct sandbox_spec small(void)
{
	struct sandbox_spec spec;

	sandbox_defaults(&spec);
	spec.timeout_ms = 20000;
	spec.tmp_bytes = 4 << 20;
	return spec;
}

static bool in_each_mode(void (*test)(void))
{
	bool ran = false;

	for (int m = 0; m < SANDBOX_MODES; m++) {
		struct err err = { 0 };

		mode = (enum sandbox_mode)m;
		if (sandbox_try(mode, &err) < 0)
			continue;
		test();
		ran = true;
	}
	return ran;
}

/* A machine without bubblewrap says so and does not claim a pass. */
#define EACH(name)                                    \
	static void test_sandbox_##name(void **state) \
	{                                             \
		(void)state;                          \
		if (!in_each_mode(name))              \
			skip();                       \
	}

static void expect(struct sandbox_spec spec, const char *script,
		   const char *output)
{
	AUTO(process_result_releasep)
	struct process_result r = run(spec, script);

	assert_string_equal(strbuf_str(&r.out), output);
}

static void gives_only_the_environment_named(void)
{
	expect(small(), "env | grep -v ^PWD= | sort",
	       "ONE=1\nPATH=/usr/bin:/bin\n");
}
EACH(gives_only_the_environment_named)

static void has_no_network(void)
{
	expect(small(),
	       "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ';"
	       "tail -n +2 /proc/net/route | wc -l",
	       "lo\n0\n");
}
EACH(has_no_network)

static void shows_nothing_of_this_machine(void)
{
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char *dir = NULL;
	struct err err = { 0 };

	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	path_join(&path, dir, "contacts.yaml");
	assert_int_equal(file_write(strbuf_str(&path), "secret", 6, 0644, &err),
			 0);
	strbuf_addf(&script,
		    "cat %s 2>/dev/null; cat /etc/passwd /etc/shadow "
		    "2>/dev/null; ls /root /home/*/* /work 2>/dev/null; "
		    "ls /proc | grep -c '^[0-9]' >/dev/null; echo end",
		    strbuf_str(&path));
	expect(small(), strbuf_str(&script), "end\n");
	assert_int_equal(file_remove_tree(dir, &err), 0);
	free(dir);
}
EACH(shows_nothing_of_this_machine)

static void has_no_privileges(void)
{
	expect(small(),
	       "test $(id -u) -ne 0 && grep -E '^(CapEff|NoNewPrivs)' "
	       "/proc/self/status",
	       "CapEff:\t0000000000000000\nNoNewPrivs:\t1\n");
}
EACH(has_no_privileges)

static void is_read_only_but_for_memory(void)
{
	expect(small(),
	       "for d in / /usr /etc /dev /dev/shm /bin /proc; do "
	       "(: >$d/x) 2>/dev/null && echo \"$d can be written\"; done; "
	       "for d in /tmp $PWD; do (: >$d/x) && echo yes; done",
	       "yes\nyes\n");
}
EACH(is_read_only_but_for_memory)

static void bounds_what_is_written(void)
{
	struct sandbox_spec spec = small();

	expect(spec,
	       "dd if=/dev/zero of=/tmp/x bs=1M count=8 2>&1 | "
	       "grep -o 'No space left'",
	       "No space left\n");
	spec.file_bytes = 1 << 20;
	expect(spec,
	       "sh -c 'dd if=/dev/zero of=/tmp/x bs=64k count=32; :' "
	       ">/dev/null "
	       "2>&1; "
	       "wc -c </tmp/x",
	       "1048576\n");
}
EACH(bounds_what_is_written)

static void bounds_memory(void)
{
	struct sandbox_spec spec = small();

	spec.memory_bytes = 256 << 20;
	expect(spec,
	       "dd if=/dev/zero of=/dev/null bs=512M count=1 2>&1 | "
	       "grep -o 'memory exhausted'",
	       "memory exhausted\n");
}
EACH(bounds_memory)

static void bounds_processes(void)
{
	struct sandbox_spec spec = small();
	AUTO(process_result_releasep) struct process_result r = { 0 };

	spec.processes = 10;
	spec.timeout_ms = 10000;
	r = run(spec, "i=0; while [ $i -lt 40 ]; do sleep 30 & i=$((i+1)); "
		      "done; sleep 2; echo all");
	assert_null(strstr(strbuf_str(&r.out), "all"));
	assert_true(r.wall_ms < 9000);
}
EACH(bounds_processes)

static void counts_where_nothing_limits(void)
{
	with_cgroup = false;
	bounds_processes();
	with_cgroup = true;
}
EACH(counts_where_nothing_limits)

static void leaves_nobody_behind(void)
{
	struct sandbox_spec spec = small();
	AUTO(process_result_releasep) struct process_result r = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char *dir = NULL;
	struct err err = { 0 };
	struct sandbox_bind bind = { .to = "/out", .writable = true };

	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	bind.from = dir;
	spec.binds = &bind;
	spec.bind_count = 1;
	spec.timeout_ms = 500;
	r = run(spec, "setsid sh -c 'echo up >/out/up; sleep 1; "
		      "echo still here >/out/late' & sleep 30");
	assert_true(r.timed_out);
	sleep(1);
	path_join(&path, dir, "up");
	assert_true(file_exists(strbuf_str(&path)));
	strbuf_reset(&path);
	path_join(&path, dir, "late");
	assert_false(file_exists(strbuf_str(&path)));
	assert_int_equal(file_remove_tree(dir, &err), 0);
	free(dir);
}
EACH(leaves_nobody_behind)

static void binds_by_name(void)
{
	struct sandbox_spec spec = small();
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char *dir = NULL;
	struct err err = { 0 };
	struct sandbox_bind bind = { .to = "/build/src" };

	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	/* as the unpacked crate is: open below a closed folder */
	path_join(&path, dir, "src");
	assert_int_equal(mkdir(strbuf_str(&path), 0755), 0);
	bind.from = strbuf_str(&path);
	spec.binds = &bind;
	spec.bind_count = 1;
	spec.cwd = "/build/src";
	expect(spec,
	       "(: >x) 2>/dev/null || echo closed; mkdir /build/y 2>/dev/null "
	       "|| echo closed; pwd; ls /build",
	       "closed\nclosed\n/build/src\nsrc\n");
	assert_int_equal(file_remove_tree(dir, &err), 0);
	free(dir);
}
EACH(binds_by_name)

/*
 * cargo gives files the modes of their tarball: those of fnv 1.0.7, which half
 * of all crates need, are for owner and group alone.
 */
static void reads_what_is_bound_though_others_may_not(void)
{
	struct sandbox_spec spec = small();
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char *dir = NULL;
	struct err err = { 0 };
	struct sandbox_bind bind = { .to = "/build" };

	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	assert_int_equal(chmod(dir, 0750), 0);
	path_join(&path, dir, "lib.rs");
	assert_int_equal(file_write(strbuf_str(&path), "fn", 2, 0640, &err), 0);
	bind.from = dir;
	spec.binds = &bind;
	spec.bind_count = 1;
	expect(spec,
	       "cat /build/lib.rs; (: >>/build/lib.rs) 2>/dev/null || "
	       "echo closed",
	       "fnclosed\n");
	assert_int_equal(file_remove_tree(dir, &err), 0);
	free(dir);
}
EACH(reads_what_is_bound_though_others_may_not)

static void test_run_reads_what_only_its_caller_may(void **state)
{
	struct sandbox_spec spec = small();
	AUTO(process_result_releasep) struct process_result r = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	const char *argv[] = { "/bin/sh", "-c", "cat /build/x; id -u", NULL };
	char *dir = NULL;
	struct err err = { 0 };
	struct sandbox_bind bind = { .to = "/build" };

	(void)state;
	if (sandbox_try(SANDBOX_USERNS, &err) < 0)
		skip();
	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	assert_int_equal(chmod(dir, 0700), 0); /* as umask 077 does */
	path_join(&path, dir, "x");
	assert_int_equal(file_write(strbuf_str(&path), "mine\n", 5, 0600, &err),
			 0);
	bind.from = dir;
	spec.binds = &bind;
	spec.bind_count = 1;
	spec.argv = argv;
	spec.env = env;
	assert_int_equal(sandbox_run(&spec, &r, &err), 0);
	assert_string_equal(strbuf_str(&r.out), "mine\n1000\n");
	assert_int_equal(file_remove_tree(dir, &err), 0);
	free(dir);
}

static void finds_the_compiler(void)
{
	/* cc is a link to /etc/alternatives/cc on Debian */
	expect(small(), "cc --version >/dev/null && echo found", "found\n");
}
EACH(finds_the_compiler)

static void bounds_output(void)
{
	struct sandbox_spec spec = small();
	AUTO(process_result_releasep) struct process_result r = { 0 };

	spec.max_output = 1000;
	r = run(spec, "head -c 100000000 /dev/zero");
	assert_int_equal(r.out.len, 1000);
	assert_true(r.dropped == 99999000);
}
EACH(bounds_output)

static void test_check_agrees_with_trying(void **state)
{
	struct err err = { 0 }, tried = { 0 };
	bool any = false;

	(void)state;
	for (int m = 0; m < SANDBOX_MODES; m++) {
		err_clear(&tried);
		any = any || sandbox_try((enum sandbox_mode)m, &tried) == 0;
	}
	assert_int_equal(sandbox_check(&err), any ? 0 : ERR_MISSING);
}

static void test_try_names_what_is_missing(void **state)
{
	char *path = strdup(getenv("PATH"));
	struct err err = { 0 };

	(void)state;
	setenv("PATH", "/none", 1);
	assert_int_equal(sandbox_try(SANDBOX_USERNS, &err), ERR_MISSING);
	setenv("PATH", path, 1);
	free(path);
	assert_string_equal(err.msg, "bubblewrap not found");
}

/* What cannot be read is no uid 0, nor "there is none". */
static void test_run_says_what_it_could_not_read(void **state)
{
	const char *argv[] = { "/bin/true", NULL };
	struct sandbox_spec spec = small();
	struct process_result r = { 0 };
	struct rlimit files, none;
	struct err err = { 0 };

	(void)state;
	spec.argv = argv;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	none = files;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	(void)sandbox_run_as(SANDBOX_OWN_UID, false, &spec, &r, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	assert_string_equal(err.msg, "cannot open '/proc/self/uid_map': "
				     "too many open files");
}

/* What a machine without root has. */
static int as_nobody(void)
{
	struct sandbox_spec spec = small();
	const char *argv[] = { "/bin/sh", "-c", "test $(id -u) -ne 0", NULL };
	struct process_result r = { 0 };
	struct err err = { 0 };

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 2;
	spec.argv = argv;
	if (sandbox_try(SANDBOX_OWN_UID, &err) != ERR_MISSING)
		return 3;
	err_clear(&err);
	if (sandbox_try(SANDBOX_USERNS, &err) < 0)
		return 77; /* a machine may forbid it */
	if (sandbox_run_as(SANDBOX_USERNS, true, &spec, &r, &err) < 0)
		return 4;
	return r.exit_status;
}

static void test_sandbox_works_for_a_normal_user(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip(); /* then all the other tests are this one */
	pid = fork();
	if (pid == 0)
		_exit(as_nobody());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_cgroup_leaves_no_folder(void **state)
{
	struct cgroup g = { 0 };
	char dir[CGROUP_PATH] = "";

	(void)state;
	cgroup_new(&g, 10, 1 << 30);
	if (g.count > 0) {
		snprintf(dir, sizeof(dir), "%s", g.dir[0]);
		assert_true(file_is_dir(dir));
		assert_true(g.pids || g.memory);
		assert_string_equal(g.enter[0], g.procs[0]);
	}
	cgroup_free(&g);
	assert_int_equal(g.count, 0);
	assert_false(dir[0] && file_is_dir(dir));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sandbox_gives_only_the_environment_named),
		cmocka_unit_test(test_sandbox_has_no_network),
		cmocka_unit_test(test_sandbox_shows_nothing_of_this_machine),
		cmocka_unit_test(test_sandbox_has_no_privileges),
		cmocka_unit_test(test_sandbox_is_read_only_but_for_memory),
		cmocka_unit_test(test_sandbox_bounds_what_is_written),
		cmocka_unit_test(test_sandbox_bounds_memory),
		cmocka_unit_test(test_sandbox_bounds_processes),
		cmocka_unit_test(test_sandbox_counts_where_nothing_limits),
		cmocka_unit_test(test_sandbox_leaves_nobody_behind),
		cmocka_unit_test(test_sandbox_binds_by_name),
		cmocka_unit_test(
			test_sandbox_reads_what_is_bound_though_others_may_not),
		cmocka_unit_test(test_run_reads_what_only_its_caller_may),
		cmocka_unit_test(test_sandbox_finds_the_compiler),
		cmocka_unit_test(test_sandbox_bounds_output),
		cmocka_unit_test(test_check_agrees_with_trying),
		cmocka_unit_test(test_try_names_what_is_missing),
		cmocka_unit_test(test_run_says_what_it_could_not_read),
		cmocka_unit_test(test_sandbox_works_for_a_normal_user),
		cmocka_unit_test(test_cgroup_leaves_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
