/* ls, fetch and push by file and by ssh; http has test_git_http.c. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/remote.h"
#include "student.h"

static const char *const schemes[] = { "file", "ssh" };
static const char *const tags[] = { "refs/tags/artifact_0" };

struct box {
	char *dir;
	struct student ada;
	struct remotes *all;
	struct repo *ours;
	struct oid tag;
	char url[600];	   /* by file */
	char ssh_url[600]; /* by ssh */
	char *path;	   /* $PATH as it was */
};

static const struct remote_limits limits = {
	.max_bytes = 10 << 20,
	.max_refs = 1000,
	.timeout_s = 20,
	.low_speed_s = 10,
	.credentials = true,
};

static void put(const char *dir, const char *name, const char *text,
		unsigned mode)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct err err = { 0 };

	path_join(&path, dir, name);
	assert_int_equal(
		file_write(strbuf_str(&path), text, strlen(text), mode, &err),
		0);
}

/*
 * Stands in for OpenSSH: notes its arguments, then does what a server's shell
 * does with the command, the last of them.
 */
static void fake_ssh(struct box *b, const char *body)
{
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	AUTO(strbuf_releasep) struct strbuf bin = { 0 };
	struct err err = { 0 };

	strbuf_addf(&bin, "%s/bin", b->dir);
	assert_int_equal(file_make_dirs(strbuf_str(&bin), &err), 0);
	strbuf_addf(&script,
		    "#!/bin/sh\n"
		    "printf '%%s\\n' \"$@\" >'%s/args'\n"
		    "env >'%s/env'\n"
		    "for last; do :; done\n"
		    "%s\n",
		    b->dir, b->dir, body);
	put(strbuf_str(&bin), "ssh", strbuf_str(&script), 0755);
	strbuf_addf(&bin, ":%s", b->path);
	assert_int_equal(setenv("PATH", strbuf_str(&bin), 1), 0);
}

#define SERVE "unset GIT_DIR; PATH=/usr/bin:/bin; exec sh -c \"$last\""

static int set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct err err = { 0 };
	char ours[512];

	assert_non_null(b);
	b->path = strdup(getenv("PATH"));
	assert_int_equal(git_setup(&err), 0);
	assert_int_equal(file_temp_dir(NULL, &b->dir, &err), 0);
	student_make(&b->ada, b->dir, "ada");
	student_commit(&b->ada, "a.txt", "one");
	student_tag(&b->ada, "artifact_01/v0.1.0", &b->tag);
	student_tag(&b->ada, "other", NULL);
	snprintf(b->url, sizeof(b->url), "file://%s", b->ada.dir);
	snprintf(b->ssh_url, sizeof(b->ssh_url), "ssh://git@forge.test:2222%s",
		 b->ada.dir);
	snprintf(ours, sizeof(ours), "%s/ours.git", b->dir);
	assert_int_equal(repo_init(ours, REPO_BARE, &b->ours, &err), 0);
	assert_int_equal(remotes_new(schemes, 2, &b->all, &err), 0);
	fake_ssh(b, SERVE);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct box *b = *state;
	struct err err = { 0 };

	setenv("PATH", b->path, 1);
	student_release(&b->ada);
	repo_free(b->ours);
	remotes_free(b->all);
	assert_int_equal(file_remove_tree(b->dir, &err), 0);
	free(b->dir);
	free(b->path);
	free(b);
	return 0;
}

static struct remote *open_with(struct box *b, const char *url,
				struct remote_limits l)
{
	struct err err = { 0 };
	struct remote *r = NULL;

	if (remote_open(b->all, url, &l, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return r;
}

static void has(const struct err *err, const char *words)
{
	if (!strstr(err->msg, words))
		fail_msg("'%s' has no '%s'", err->msg, words);
}

/* ---- what holds for both ways */

static void check_ls(struct box *b, const char *url)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	AUTO(remote_freep) struct remote *r = open_with(b, url, limits);
	struct err err = { 0 };

	if (remote_ls(r, tags, 1, &refs, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(refs.count, 1);
	assert_string_equal(refs.items[0].name, "refs/tags/artifact_01/v0.1.0");
	assert_true(oid_equal(&refs.items[0].oid, &b->tag));
	assert_true(oid_equal(&refs.items[0].peeled, &b->ada.head));
}

static void check_fetch(struct box *b, const char *url)
{
	struct err err = { 0 };
	uint64_t first = 0, second = 0, third = 7;
	struct remote *r;
	struct oid commit, tag;

	/* much, so that having it already is worth something */
	for (int i = 0; i < 20; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%d %lld", i, (long long)rand());
		student_commit(&b->ada, "b.txt", text);
	}
	student_tag(&b->ada, "artifact_01/v0.2.0", &tag);
	r = open_with(b, url, limits);
	if (remote_fetch(r, b->ours, &tag, 1, &first, &err) < 0)
		fail_msg("%s", err.msg);
	remote_free(r);
	assert_true(repo_has(b->ours, &tag));
	assert_int_equal(repo_peel_commit(b->ours, &tag, &commit, &err), 0);
	assert_true(oid_equal(&commit, &b->ada.head));
	assert_int_equal(repo_ref_write(b->ours, "refs/cohort/artifact_01/1",
					&tag, NULL, NULL, &err),
			 0);
	/* one commit more: only that comes */
	student_commit(&b->ada, "b.txt", "last");
	student_tag(&b->ada, "artifact_01/v0.3.0", &tag);
	r = open_with(b, url, limits);
	assert_int_equal(remote_fetch(r, b->ours, &tag, 1, &second, &err), 0);
	remote_free(r);
	assert_true(repo_has(b->ours, &b->ada.head));
	assert_in_range(second, 1, first / 2);
	assert_int_equal(repo_ref_write(b->ours, "refs/cohort/artifact_01/2",
					&tag, NULL, NULL, &err),
			 0);
	/* nothing more: nothing comes, and nobody is asked */
	r = open_with(b, "file:///nowhere", limits);
	assert_int_equal(remote_fetch(r, b->ours, &tag, 1, &third, &err), 0);
	assert_int_equal(third, 0);
	remote_free(r);
}

static void check_push(struct box *b, const char *url)
{
	static const char *const spec[] = {
		"refs/tags/artifact_02/v1.0.0:refs/tags/artifact_02/v1.0.0"
	};
	struct student mine;
	struct err err = { 0 };
	struct remote *r;
	struct oid tag, there;

	student_make(&mine, b->dir, "mine");
	student_commit(&mine, "c.txt", "mine");
	student_tag(&mine, "artifact_02/v1.0.0", &tag);
	r = open_with(b, url, limits);
	if (remote_push(r, mine.repo, spec, 1, &err) < 0)
		fail_msg("%s", err.msg);
	remote_free(r);
	assert_int_equal(repo_ref_read(b->ada.repo,
				       "refs/tags/artifact_02/v1.0.0", &there,
				       &err),
			 0);
	assert_true(oid_equal(&tag, &there));
	student_release(&mine);
}

/* A push that was killed holds git's lock there; another's is respected. */
static void test_push_by_file_goes_on_after_a_kill(void **state)
{
	static const char *const spec[] = {
		"refs/tags/artifact_02/v1.0.0:refs/tags/artifact_02/v1.0.0"
	};
	struct box *b = *state;
	AUTO(strbuf_releasep) struct strbuf lock = { 0 };
	struct student mine;
	struct err err = { 0 };
	char hex[OID_HEX];
	struct remote *r;
	struct oid tag;

	student_make(&mine, b->dir, "mine");
	student_commit(&mine, "c.txt", "mine");
	student_tag(&mine, "artifact_02/v1.0.0", &tag);
	r = open_with(b, b->url, limits);
	strbuf_addf(&lock, "%srefs/tags/artifact_02",
		    repo_git_dir(b->ada.repo));
	assert_int_equal(file_make_dirs(strbuf_str(&lock), &err), 0);
	strbuf_adds(&lock, "/v1.0.0.lock");
	assert_int_equal(file_write(strbuf_str(&lock),
				    "0123456789012345678901234567890123456789",
				    40, 0644, &err),
			 0);
	assert_int_equal(remote_push(r, mine.repo, spec, 1, &err), ERR_REFUSED);
	assert_true(file_exists(strbuf_str(&lock)));
	err_clear(&err);
	oid_hex(&tag, hex);
	assert_int_equal(file_write(strbuf_str(&lock), hex, 40, 0644, &err), 0);
	if (remote_push(r, mine.repo, spec, 1, &err) < 0)
		fail_msg("%s", err.msg);
	assert_false(file_exists(strbuf_str(&lock)));
	remote_free(r);
	student_release(&mine);
}

static void check_missing(struct box *b, const char *url)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	AUTO(remote_freep) struct remote *r = open_with(b, url, limits);
	struct err err = { 0 };

	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), ERR_NOT_FOUND);
	assert_true(err.msg[0]);
}

static void check_limits(struct box *b, const char *url)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct remote_limits l = limits;
	struct err err = { 0 };
	struct remote *r;

	student_tag(&b->ada, "artifact_01/v0.1.1", NULL);
	student_tag(&b->ada, "artifact_01/v0.1.2", NULL);
	l.max_refs = 2;
	r = open_with(b, url, l);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), ERR_LIMIT);
	has(&err, "more than 2 refs");
	remote_free(r);
	err_clear(&err);
	l = limits;
	l.max_bytes = 100;
	r = open_with(b, url, l);
	assert_int_equal(remote_fetch(r, b->ours, &b->tag, 1, NULL, &err),
			 ERR_LIMIT);
	has(&err, "larger than 100 bytes");
	assert_false(repo_has(b->ours, &b->tag));
	remote_free(r);
}

static void test_ls_by_file_gives_tags_and_what_they_point_at(void **state)
{
	check_ls(*state, ((struct box *)*state)->url);
	check_ls(*state, ((struct box *)*state)->ada.dir);
}

static void test_ls_by_ssh_gives_tags_and_what_they_point_at(void **state)
{
	check_ls(*state, ((struct box *)*state)->ssh_url);
}

static void test_ls_by_ssh_speaks_protocol_0_too(void **state)
{
	struct box *b = *state;

	fake_ssh(b, "unset GIT_PROTOCOL; " SERVE);
	check_ls(b, b->ssh_url);
}

static void test_fetch_by_file_brings_only_what_is_new(void **state)
{
	check_fetch(*state, ((struct box *)*state)->url);
}

static void test_fetch_by_ssh_brings_only_what_is_new(void **state)
{
	check_fetch(*state, ((struct box *)*state)->ssh_url);
}

static void test_fetch_by_ssh_speaks_protocol_0_too(void **state)
{
	struct box *b = *state;

	fake_ssh(b, "unset GIT_PROTOCOL; " SERVE);
	check_fetch(b, b->ssh_url);
}

static void test_push_by_file_adds_the_tag(void **state)
{
	check_push(*state, ((struct box *)*state)->url);
}

static void test_push_by_ssh_adds_the_tag(void **state)
{
	check_push(*state, ((struct box *)*state)->ssh_url);
}

/*
 * The same, and what the server says arrives when it is gone and listens no
 * more: the report is the end, whatever the protocol has to say after it.
 */
#define SERVE_AND_GO                                                         \
	"exec 3<&0 </dev/null; unset GIT_DIR; PATH=/usr/bin:/bin\n"          \
	"sh -c \"$last\" <&3 3<&- | { exec 3<&-; while\n"                    \
	"dd bs=65536 count=1 2>/dev/null >\"$0.said\"; [ -s \"$0.said\" ]\n" \
	"do sleep 0.2; cat \"$0.said\"; done; } &\n"                         \
	"exec 3<&-; wait"

static void test_push_by_ssh_ends_with_the_report(void **state)
{
	struct box *b = *state;

	fake_ssh(b, SERVE_AND_GO);
	check_push(b, b->ssh_url);
}

static void test_ls_says_when_there_is_no_repository(void **state)
{
	check_missing(*state, "file:///nowhere/x.git");
	check_missing(*state, "ssh://forge.test/nowhere/x.git");
}

static void test_limits_hold_by_file(void **state)
{
	check_limits(*state, ((struct box *)*state)->url);
}

static void test_limits_hold_by_ssh(void **state)
{
	check_limits(*state, ((struct box *)*state)->ssh_url);
}

/* ---- ssh alone */

static void file_has(struct box *b, const char *name, const char *words,
		     bool want)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct err err = { 0 };

	path_join(&path, b->dir, name);
	assert_int_equal(file_read(strbuf_str(&path), 1 << 20, &text, &err), 0);
	if ((strstr(strbuf_str(&text), words) != NULL) != want)
		fail_msg("%s %s '%s': %s", name, want ? "lacks" : "has", words,
			 strbuf_str(&text));
}

static void test_ssh_is_started_so_that_it_never_asks(void **state)
{
	struct box *b = *state;

	setenv("COHORT_SECRET", "x", 1);
	check_ls(b, b->ssh_url);
	unsetenv("COHORT_SECRET");
	file_has(b, "args", "-oBatchMode=yes\n", true);
	file_has(b, "args", "-p\n2222\n-l\ngit\n--\nforge.test\n", true);
	file_has(b, "args", "git-upload-pack '/", true);
	file_has(b, "args", "-oIdentityAgent=none", false);
	file_has(b, "env", "GIT_PROTOCOL=version=2\n", true);
	file_has(b, "env", "SSH_ASKPASS=\n", true);
	file_has(b, "env", "COHORT_SECRET", false);
}

static void test_ssh_gets_no_agent_where_credentials_are_not_meant(void **state)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct box *b = *state;
	struct remote_limits l = limits;
	struct err err = { 0 };
	struct remote *r;

	l.credentials = false;
	r = open_with(b, b->ssh_url, l);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), 0);
	remote_free(r);
	file_has(b, "args", "-oIdentityAgent=none\n", true);
}

static void test_ssh_quotes_what_the_other_shell_sees(void **state)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct box *b = *state;
	struct err err = { 0 };
	struct remote *r;

	r = open_with(b, "forge.test:it's; touch $HOME/`id`!x", limits);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), ERR_NOT_FOUND);
	remote_free(r);
	file_has(b, "args",
		 "git-upload-pack 'it'\\''s; touch $HOME/`id`'\\!'x'\n", true);
}

/* Run ls against a fake ssh that does BODY; it fails with CODE and WORDS. */
static void ssh_fails(struct box *b, const char *body, struct remote_limits l,
		      int code, const char *words)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct err err = { 0 };
	struct remote *r;

	fake_ssh(b, body);
	r = open_with(b, b->ssh_url, l);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), code);
	has(&err, words);
	remote_free(r);
}

static void test_ssh_passes_on_the_last_words(void **state)
{
	struct box *b = *state;

	ssh_fails(b, "echo 'Host key verification failed.' >&2; exit 255",
		  limits, ERR_NET,
		  "'ssh://forge.test' ended: Host key verification failed.");
	ssh_fails(b, "echo 'ERROR: Repository not found.' >&2; exit 1", limits,
		  ERR_NOT_FOUND, "ERROR: Repository not found.");
	ssh_fails(b, "exit 3", limits, ERR_NET, "ended without a word");
	ssh_fails(b, "printf 'bad \\033[31m word\\n' >&2; exit 1", limits,
		  ERR_NET, "bad ?[31m word");
	ssh_fails(b, "echo hello there", limits, ERR_FORMAT, "not git's");
}

static void test_ssh_that_says_nothing_ends_at_the_deadline(void **state)
{
	int64_t begin = clock_monotonic_ms();
	struct remote_limits l = limits;

	l.timeout_s = 1;
	ssh_fails(*state, "exec sleep 30", l, ERR_NET,
		  "'ssh://forge.test' did not finish in time");
	assert_in_range(clock_monotonic_ms() - begin, 900, 5000);
}

static void test_ssh_that_falls_silent_ends_after_low_speed(void **state)
{
	int64_t begin = clock_monotonic_ms();
	struct remote_limits l = limits;

	l.low_speed_s = 1;
	ssh_fails(*state, "printf 0010; exec sleep 30", l, ERR_NET,
		  "sent nothing for 1 s");
	assert_in_range(clock_monotonic_ms() - begin, 900, 5000);
}

static void test_ssh_that_floods_stderr_ends_all_the_same(void **state)
{
	int64_t begin = clock_monotonic_ms();
	struct remote_limits l = limits;

	l.timeout_s = 1;
	ssh_fails(*state, "while :; do echo warning >&2; done", l, ERR_NET,
		  "did not finish in time");
	assert_in_range(clock_monotonic_ms() - begin, 900, 5000);
}

static void test_ssh_that_is_missing_is_said(void **state)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct box *b = *state;
	struct err err = { 0 };
	struct remote *r;

	setenv("PATH", "/nowhere", 1);
	r = open_with(b, b->ssh_url, limits);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), ERR_MISSING);
	has(&err, "ssh not found");
	remote_free(r);
}

/* ---- opening */

static void test_open_refuses_schemes_that_are_not_listed(void **state)
{
	struct box *b = *state;
	struct err err = { 0 };
	struct remote *r = NULL;

	assert_int_equal(remote_open(b->all, "https://tok3n@forge.test/x",
				     &limits, &r, &err),
			 ERR_UNSAFE);
	has(&err, "'https://forge.test/x': scheme 'https' is not allowed");
	assert_null(r);
	err_clear(&err);
	assert_int_equal(remote_open(b->all, "-x", &limits, &r, &err),
			 ERR_UNSAFE);
}

static void test_url_host_leaves_this_machine_out(void **state)
{
	char host[REMOTE_HOST_SIZE];

	(void)state;
	remote_url_host("https://Forge.Example:8443/x", host);
	assert_string_equal(host, "forge.example");
	remote_url_host("git@forge.example:x", host);
	assert_string_equal(host, "forge.example");
	remote_url_host("http://127.0.0.1:80/x", host);
	assert_string_equal(host, "");
	remote_url_host("/srv/x", host);
	assert_string_equal(host, "");
	remote_url_host("https://", host);
	assert_string_equal(host, "");
}

static void test_fetch_survives_any_failed_allocation(void **state)
{
	struct box *b = *state;
	long nth = 0, total;

	do {
		AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
		struct err err = { 0 };
		struct remote *r = NULL;

		fault_alloc(++nth);
		if (remote_open(b->all, b->url, &limits, &r, &err) < 0 ||
		    remote_ls(r, tags, 1, &refs, &err) < 0 ||
		    remote_fetch(r, b->ours, &b->tag, 1, NULL, &err) < 0)
			if (err.code != ERR_NOMEM)
				fail_msg("%ld: %s", nth, err.msg);
		total = fault_count();
		fault_alloc(0);
		remote_free(r);
	} while (nth <= total);
	assert_true(nth > 2);
	assert_true(repo_has(b->ours, &b->tag));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_ls_by_file_gives_tags_and_what_they_point_at),
		TEST(test_ls_by_ssh_gives_tags_and_what_they_point_at),
		TEST(test_ls_by_ssh_speaks_protocol_0_too),
		TEST(test_fetch_by_file_brings_only_what_is_new),
		TEST(test_fetch_by_ssh_brings_only_what_is_new),
		TEST(test_fetch_by_ssh_speaks_protocol_0_too),
		TEST(test_push_by_file_adds_the_tag),
		TEST(test_push_by_file_goes_on_after_a_kill),
		TEST(test_push_by_ssh_adds_the_tag),
		TEST(test_push_by_ssh_ends_with_the_report),
		TEST(test_ls_says_when_there_is_no_repository),
		TEST(test_limits_hold_by_file),
		TEST(test_limits_hold_by_ssh),
		TEST(test_ssh_is_started_so_that_it_never_asks),
		TEST(test_ssh_gets_no_agent_where_credentials_are_not_meant),
		TEST(test_ssh_quotes_what_the_other_shell_sees),
		TEST(test_ssh_passes_on_the_last_words),
		TEST(test_ssh_that_says_nothing_ends_at_the_deadline),
		TEST(test_ssh_that_falls_silent_ends_after_low_speed),
		TEST(test_ssh_that_floods_stderr_ends_all_the_same),
		TEST(test_ssh_that_is_missing_is_said),
		TEST(test_open_refuses_schemes_that_are_not_listed),
		TEST(test_url_host_leaves_this_machine_out),
		TEST(test_fetch_survives_any_failed_allocation),
	};

	signal(SIGPIPE, SIG_IGN); /* as main does: ssh may end first */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
