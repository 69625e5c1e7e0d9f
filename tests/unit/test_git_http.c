/* git over http, against git itself: protocols, logins, redirects. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "git_http_box.h"

static struct server other; /* where redirects lead */

static void test_protocol_2_takes_two_requests_on_one_connection(void **state)
{
	(void)state;
	assert_true(server_start(&server, be_git, NULL));
	ls_and_fetch(&server, limits);
	assert_int_equal(server.requests, 2);
	assert_int_equal(remotes_connections(all), 1);
	server_stop(&server);
}

static void test_protocol_0_is_learnt_once_for_a_host(void **state)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct err err = { 0 };
	struct remote *r;

	(void)state;
	speaks_v2 = false;
	assert_true(server_start(&server, be_git, NULL));
	ls_and_fetch(&server, limits); /* short cut, refs, pack */
	assert_int_equal(server.requests, 3);
	r = open_at(&server, "/ada.git", limits);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), 0);
	assert_int_equal(server.requests, 4);
	remote_free(r);
	server_stop(&server);
}

static void test_fetch_needs_no_ls_before_it(void **state)
{
	struct err err = { 0 };
	struct remote *r;
	struct oid tag;

	(void)state;
	for (int v2 = 0; v2 < 2; v2++) {
		speaks_v2 = v2;
		student_commit(&ada, "a.txt", v2 ? "two" : "three");
		student_tag(&ada, v2 ? "two" : "three", &tag);
		assert_true(server_start(&server, be_git, NULL));
		r = open_at(&server, "/ada.git", limits);
		if (remote_fetch(r, ours, &tag, 1, NULL, &err) < 0)
			fail_msg("%s", err.msg);
		remote_free(r);
		server_stop(&server);
	}
}

static void test_push_adds_the_tag_and_says_when_it_is_rejected(void **state)
{
	static const char *const spec[] = { "refs/tags/x:refs/tags/x" };
	struct student mine;
	struct err err = { 0 };
	struct remote *r;
	struct oid tag, there;

	(void)state;
	assert_true(server_start(&server, be_git, NULL));
	student_make(&mine, box, "mine");
	student_commit(&mine, "c.txt", "mine");
	student_tag(&mine, "x", &tag);
	r = open_at(&server, "/ada.git", limits);
	if (remote_push(r, mine.repo, spec, 1, &err) < 0)
		fail_msg("%s", err.msg);
	remote_free(r);
	assert_int_equal(repo_ref_read(ada.repo, "refs/tags/x", &there, &err),
			 0);
	assert_true(oid_equal(&tag, &there));
	/* the same name for something else is never forced */
	student_untag(&mine, "x");
	student_commit(&mine, "c.txt", "else");
	student_tag(&mine, "x", &tag);
	r = open_at(&server, "/ada.git", limits);
	assert_true(remote_push(r, mine.repo, spec, 1, &err) < 0);
	assert_true(err.msg[0]);
	remote_free(r);
	err_clear(&err);
	assert_int_equal(repo_ref_read(ada.repo, "refs/tags/x", &there, &err),
			 0);
	assert_false(oid_equal(&tag, &there));
	student_release(&mine);
	server_stop(&server);
}

static void test_a_busy_server_is_asked_again(void **state)
{
	int64_t begin = clock_monotonic_ms();

	(void)state;
	busy = 1;
	assert_true(server_start(&server, be_git, NULL));
	ls_and_fetch(&server, limits);
	assert_int_equal(server.requests, 3);
	assert_in_range(clock_monotonic_ms() - begin, 1000, 8000);
	server_stop(&server);
}

/* ---- logins */

/* A helper of git's that knows ada's password and notes what it is told. */
static void make_helper(const char *password)
{
	char config[600], text[2000], log[600];
	struct err err = { 0 };

	snprintf(config, sizeof(config), "%s/gitconfig", box);
	snprintf(log, sizeof(log), "%s/helper.log", box);
	snprintf(text, sizeof(text),
		 "[credential]\n"
		 "helper = \"!f() { echo $1 >>%s; cat >>%s; "
		 "if [ $1 = get ]; then "
		 "echo username=ada; echo password=%s; fi; }; f\"\n",
		 log, log, password);
	assert_int_equal(file_write(config, text, strlen(text), 0600, &err), 0);
	setenv("GIT_CONFIG_GLOBAL", config, 1);
}

static void helper_heard(const char *words)
{
	AUTO(strbuf_releasep) struct strbuf log = { 0 };
	struct err err = { 0 };
	char path[600];

	snprintf(path, sizeof(path), "%s/helper.log", box);
	assert_int_equal(file_read(path, 1 << 20, &log, &err), 0);
	if (!strstr(strbuf_str(&log), words))
		fail_msg("helper did not hear '%s': %s", words,
			 strbuf_str(&log));
}

static void test_a_login_comes_from_gits_helpers_once(void **state)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	struct remote_limits l = limits;
	struct err err = { 0 };
	struct remote *r;

	(void)state;
	locked = true;
	l.credentials = true;
	make_helper("secret");
	assert_true(server_start(&server, be_git, NULL));
	ls_and_fetch(&server, l);
	assert_int_equal(server.requests, 3); /* the first was turned away */
	helper_heard("get\n");
	helper_heard("store\n");
	helper_heard("password=secret");
	r = open_at(&server, "/ada.git", l);
	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), 0);
	assert_int_equal(server.requests, 4); /* and no other was */
	remote_free(r);
	server_stop(&server);
	unsetenv("GIT_CONFIG_GLOBAL");
}

static void test_a_wrong_login_is_told_to_the_helpers(void **state)
{
	struct remote_limits l = limits;

	(void)state;
	locked = true;
	l.credentials = true;
	make_helper("wrong");
	assert_true(server_start(&server, be_git, NULL));
	ls_fails(&server, "/ada.git", l, ERR_NET, "refused the login");
	helper_heard("erase\n");
	server_stop(&server);
	unsetenv("GIT_CONFIG_GLOBAL");
}

static void test_a_login_is_not_looked_for_unless_meant(void **state)
{
	(void)state;
	locked = true;
	make_helper("secret");
	assert_true(server_start(&server, be_git, NULL));
	ls_fails(&server, "/ada.git", limits, ERR_NET, "asks for a login");
	assert_int_equal(logins, 0);
	server_stop(&server);
	unsetenv("GIT_CONFIG_GLOBAL");
}

static void test_a_login_that_nobody_knows_is_said(void **state)
{
	struct remote_limits l = limits;

	(void)state;
	locked = true;
	l.credentials = true;
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	assert_true(server_start(&server, be_git, NULL));
	ls_fails(&server, "/ada.git", l, ERR_NET, "no credential helper");
	server_stop(&server);
	unsetenv("GIT_CONFIG_GLOBAL");
}

/* ---- redirects */

static bool redirect_to_other(struct server *s, int fd, const char *request)
{
	const char *path = strchr(request, ' ') + 1;
	char head[512];

	(void)s;
	if (strncmp(request, "POST", 4) == 0)
		return server_answer(fd, "405 No", "", 0);
	snprintf(head, sizeof(head), "301 Moved\r\nLocation: %s%.*s", other.url,
		 (int)strcspn(path, " "), path);
	return server_answer(fd, head, "", 0);
}

static void test_the_introduction_may_be_redirected(void **state)
{
	(void)state;
	assert_true(server_start(&other, be_git, NULL));
	assert_true(server_start(&server, redirect_to_other, NULL));
	ls_and_fetch(&server, limits);
	server_stop(&server);
	server_stop(&other);
}

static void test_a_login_never_follows_to_another_host(void **state)
{
	struct remote_limits l = limits;

	(void)state;
	locked = true;
	l.credentials = true;
	make_helper("secret");
	assert_true(server_start(&other, be_git, NULL));
	assert_true(server_start(&server, redirect_to_other, NULL));
	ls_fails(&server, "/ada.git", l, ERR_NET, "asks for a login");
	assert_int_equal(logins, 0);
	server_stop(&server);
	server_stop(&other);
	unsetenv("GIT_CONFIG_GLOBAL");
}

static const char *redirect_where;

static bool redirect_somewhere(struct server *s, int fd, const char *request)
{
	char head[512];

	(void)s;
	(void)request;
	snprintf(head, sizeof(head), "302 Found\r\nLocation: %s",
		 redirect_where);
	return server_answer(fd, head, "", 0);
}

#define SUFFIX "/info/refs?service=git-upload-pack"

static void test_a_redirect_to_nowhere_good_is_refused(void **state)
{
	static const struct {
		const char *to;
		int code;
		const char *words;
	} bad[] = {
		{ "http://127.0.0.1:1/login", ERR_NET, "is no repository" },
		{ "file:///etc" SUFFIX, ERR_NET, "is no repository" },
		{ "https://forge.test/x" SUFFIX, ERR_UNSAFE, "not allowed" },
		{ "http://ada:pw@forge.test/x" SUFFIX, ERR_UNSAFE, "password" },
	};

	(void)state;
	assert_true(server_start(&server, redirect_somewhere, NULL));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		redirect_where = bad[i].to;
		ls_fails(&server, "/x", limits, bad[i].code, bad[i].words);
	}
	/* round and round */
	redirect_where = "/x" SUFFIX;
	ls_fails(&server, "/x", limits, ERR_NET, "status 302");
	server_stop(&server);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_protocol_2_takes_two_requests_on_one_connection),
		TEST(test_protocol_0_is_learnt_once_for_a_host),
		TEST(test_fetch_needs_no_ls_before_it),
		TEST(test_push_adds_the_tag_and_says_when_it_is_rejected),
		TEST(test_a_busy_server_is_asked_again),
		TEST(test_a_login_comes_from_gits_helpers_once),
		TEST(test_a_wrong_login_is_told_to_the_helpers),
		TEST(test_a_login_is_not_looked_for_unless_meant),
		TEST(test_a_login_that_nobody_knows_is_said),
		TEST(test_the_introduction_may_be_redirected),
		TEST(test_a_login_never_follows_to_another_host),
		TEST(test_a_redirect_to_nowhere_good_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
