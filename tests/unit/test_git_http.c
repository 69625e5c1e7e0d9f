/* git over http: against git itself, and against servers that are up to no
 * good. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "io/process.h"
#include "io/remote.h"
#include "server.h"
#include "student.h"

#define OID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define GIT_RESULT \
	"200 OK\r\nContent-Type: application/x-git-upload-pack-result"
#define GIT_REFS \
	"200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement"

static const char *const http_only[] = { "http" };
static const char *const tags[] = { "refs/tags/artifact_0" };

static const struct remote_limits limits = {
	.max_bytes = 10 << 20,
	.max_refs = 1000,
	.timeout_s = 20,
	.low_speed_s = 10,
};

static struct server server, other;
static struct remotes *all;
static char *box;
static struct student ada;
static struct repo *ours;

/* How the real server behaves. */
static bool speaks_v2;	  /* it honours Git-Protocol */
static int busy;	  /* so many requests are answered with 429 */
static bool locked;	  /* it wants ada:secret */
static atomic_int logins; /* requests with an Authorization */

static int set_up(void **state)
{
	struct err err = { 0 };
	char dir[512];

	(void)state;
	speaks_v2 = true;
	busy = 0;
	locked = false;
	logins = 0;
	assert_int_equal(git_setup(&err), 0);
	assert_int_equal(file_temp_dir(NULL, &box, &err), 0);
	student_make(&ada, box, "ada");
	student_commit(&ada, "a.txt", "one");
	student_tag(&ada, "artifact_01/v0.1.0", NULL);
	snprintf(dir, sizeof(dir), "%s/ours.git", box);
	assert_int_equal(repo_init(dir, REPO_BARE, &ours, &err), 0);
	assert_int_equal(remotes_new(http_only, 1, &all, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct err err = { 0 };

	(void)state;
	student_release(&ada);
	repo_free(ours);
	remotes_free(all);
	assert_int_equal(file_remove_tree(box, &err), 0);
	free(box);
	return 0;
}

/* ---- a server that is git */

static void run_git(int fd, const char *service, const char *how,
		    const char *request, bool introduce)
{
	const char *argv[] = { "git", service, "--stateless-rpc",
			       how,   ada.dir, NULL };
	bool v2 = speaks_v2 && strstr(request, "Git-Protocol: version=2");
	const char *env[] = { "PATH=/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM=1",
			      v2 ? "GIT_PROTOCOL=version=2" : "X=", NULL };
	const char *body = strstr(request, "\r\n\r\n") + 4;
	const char *length = strstr(request, "Content-Length: ");
	AUTO(process_result_releasep) struct process_result res = { 0 };
	struct process_spec spec = {
		.argv = argv,
		.env = env,
		.input = body,
		.input_len = length ? strtoul(length + 16, NULL, 10) : 0,
		.timeout_ms = 10000,
		.max_output = 10 << 20,
	};
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };
	char type[128];

	assert_int_equal(process_run(&spec, &res, &err), 0);
	if (introduce && !v2)
		strbuf_addf(&out, "%04zx# service=git-%s\n0000",
			    strlen(service) + 19, service);
	strbuf_add(&out, strbuf_str(&res.out), res.out.len);
	snprintf(type, sizeof(type),
		 "200 OK\r\nContent-Type: application/x-git-%s-%s", service,
		 introduce ? "advertisement" : "result");
	server_answer(fd, type, strbuf_str(&out), out.len);
}

static bool be_git(struct server *s, int fd, const char *request)
{
	(void)s;
	if (strstr(request, "\r\nAuthorization: "))
		logins++;
	if (busy > 0) {
		busy--;
		return server_answer(fd, "429 Slow\r\nRetry-After: 1", "", 0);
	}
	if (locked &&
	    !strstr(request, "Authorization: Basic YWRhOnNlY3JldA==\r\n"))
		return server_answer(
			fd, "401 No\r\nWWW-Authenticate: Basic realm=\"x\"", "",
			0);
	if (strncmp(request, "POST /ada.git/git-upload-pack ", 30) == 0)
		run_git(fd, "upload-pack", "--strict", request, false);
	else if (strstr(request, "/ada.git/info/refs?service=git-upload-pack"))
		run_git(fd, "upload-pack", "--advertise-refs", request, true);
	else if (strncmp(request, "POST /ada.git/git-receive-pack ", 31) == 0)
		run_git(fd, "receive-pack", "--quiet", request, false);
	else if (strstr(request, "/ada.git/info/refs?service=git-receive-pack"))
		run_git(fd, "receive-pack", "--advertise-refs", request, true);
	else
		return server_answer(fd, "404 No", "", 0);
	return true;
}

static struct remote *open_at(const struct server *s, const char *path,
			      struct remote_limits l)
{
	struct err err = { 0 };
	struct remote *r = NULL;
	char url[256];

	snprintf(url, sizeof(url), "%s%s", s->url, path);
	if (remote_open(all, url, &l, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return r;
}

static void ls_and_fetch(const struct server *s, struct remote_limits l)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	AUTO(remote_freep) struct remote *r = open_at(s, "/ada.git", l);
	struct err err = { 0 };
	uint64_t got = 0;

	if (remote_ls(r, tags, 1, &refs, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(refs.count, 1);
	assert_string_equal(refs.items[0].name, "refs/tags/artifact_01/v0.1.0");
	assert_true(oid_equal(&refs.items[0].peeled, &ada.head));
	if (remote_fetch(r, ours, &refs.items[0].oid, 1, &got, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(got > 0);
	assert_true(repo_has(ours, &ada.head));
}

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

static void ls_fails(const struct server *s, const char *path,
		     struct remote_limits l, int code, const char *words)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	AUTO(remote_freep) struct remote *r = open_at(s, path, l);
	struct err err = { 0 };
	int rc = remote_ls(r, tags, 1, &refs, &err);

	if (rc != code || !strstr(err.msg, words))
		fail_msg("%d '%s', not %d '%s'", rc, err.msg, code, words);
	assert_int_equal(refs.count, 0);
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

/* ---- bad answers */

static const char *answer_head, *answer_body;

static bool answer(struct server *s, int fd, const char *request)
{
	(void)s;
	(void)request;
	return server_answer(fd, answer_head, answer_body, strlen(answer_body));
}

static void test_ls_says_what_a_bad_answer_was(void **state)
{
	static const struct {
		const char *head, *body;
		int code;
		const char *words;
	} bad[] = {
		{ "404 No", "", ERR_NOT_FOUND, "no repository at 'http://" },
		{ "500 Oops\r\nContent-Type: text/plain", "disk \033[31mfull\n",
		  ERR_NET, "status 500: disk ?[31mfull" },
		{ "403 No", "", ERR_NET, "may not be read" },
		{ "200 OK\r\nContent-Type: text/html", "<html>", ERR_FORMAT,
		  "does not speak git" },
		{ GIT_REFS, "", ERR_FORMAT, "ended early" },
		{ GIT_REFS, "not git", ERR_FORMAT, "not git's" },
		{ GIT_RESULT, "not git", ERR_FORMAT, "does not speak git" },
		{ GIT_RESULT, "003d" OID_A " refs/x", ERR_FORMAT,
		  "does not speak git" },
	};

	(void)state;
	assert_true(server_start(&server, answer, NULL));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		answer_head = bad[i].head;
		answer_body = bad[i].body;
		ls_fails(&server, "/x", limits, bad[i].code, bad[i].words);
	}
	server_stop(&server);
}

static bool endless_refs(struct server *s, int fd, const char *request)
{
	static const char head[] = "HTTP/1.1 " GIT_RESULT "\r\n\r\n";
	char line[100];

	(void)request;
	server_send(fd, head, sizeof(head) - 1);
	for (int i = 0; i < 1000000 && !s->over; i++) {
		int n = snprintf(line, sizeof(line),
				 "004b" OID_A " refs/tags/artifact_01/v%06d\n",
				 i);

		server_send(fd, line, (size_t)n);
	}
	return false;
}

static void test_ls_stops_at_too_many_refs(void **state)
{
	int64_t begin = clock_monotonic_ms();

	(void)state;
	assert_true(server_start(&server, endless_refs, NULL));
	ls_fails(&server, "/x", limits, ERR_LIMIT, "more than 1000 refs");
	assert_in_range(clock_monotonic_ms() - begin, 0, 4000);
	assert_int_equal(server.requests, 1);
	server_stop(&server);
}

static bool swallow(struct server *s, int fd, const char *request)
{
	char c;

	(void)request;
	while (!s->over && recv(fd, &c, 1, 0) > 0)
		;
	return false;
}

static void test_ls_ends_at_the_deadline_when_nothing_comes(void **state)
{
	struct remote_limits l = limits;
	int64_t begin = clock_monotonic_ms();

	(void)state;
	l.timeout_s = 1;
	assert_true(server_start(&server, swallow, NULL));
	ls_fails(&server, "/x", l, ERR_NET, "did not finish in time");
	assert_in_range(clock_monotonic_ms() - begin, 900, 4000);
	server_stop(&server);
}

/* ---- bad packs: the refs are right, and then this */

static const char *pack_body;
static size_t pack_len;

static bool bad_pack(struct server *s, int fd, const char *request)
{
	if (strstr(request, "command=ls-refs"))
		return be_git(s, fd, request);
	return server_answer(fd, GIT_RESULT, pack_body, pack_len);
}

/* To one who opens our repository anew. */
static bool has_object(const struct oid *oid)
{
	AUTO(repo_freep) struct repo *fresh = NULL;
	struct err err = { 0 };

	assert_int_equal(repo_open(repo_git_dir(ours), &fresh, &err), 0);
	return repo_has(fresh, oid);
}

static void fetch_fails(int code, const char *words)
{
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	AUTO(remote_freep)
	struct remote *r = open_at(&server, "/ada.git", limits);
	struct err err = { 0 };
	int rc;

	assert_int_equal(remote_ls(r, tags, 1, &refs, &err), 0);
	rc = remote_fetch(r, ours, &refs.items[0].oid, 1, NULL, &err);
	if (rc != code || !strstr(err.msg, words))
		fail_msg("%d '%s', not %d '%s'", rc, err.msg, code, words);
	assert_false(has_object(&refs.items[0].oid));
}

/* Nothing half done lies about. */
static void nothing_is_left(void)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err err = { 0 };
	char dir[600];

	snprintf(dir, sizeof(dir), "%s/ours.git/objects/pack", box);
	assert_int_equal(file_names_read(dir, &names, &err), 0);
	assert_int_equal(names.count, 0);
}

static void test_fetch_refuses_a_bad_pack_and_leaves_nothing(void **state)
{
	static const struct {
		const char *body;
		size_t len;
		int code;
		const char *words;
	} bad[] = {
#define BODY(s) s, sizeof(s) - 1
		{ BODY("000dpackfile\n0000"), ERR_FORMAT, "ended early" },
		{ BODY("000dpackfile\n000d\001PACKxxx"), ERR_FORMAT, "" },
		{ BODY("000dpackfile\n0021\001garbage that is no pack..0000"),
		  ERR_FORMAT, "bad pack" },
		/* four thousand million objects */
		{ BODY("000dpackfile\n"
		       "0011\001PACK\0\0\0\2\xff\xff\xff\xff"
		       "0000"),
		  ERR_LIMIT, "too much memory" },
		{ BODY("000dpackfile\n0011\003out of disk\n0000"), ERR_NET,
		  "the server says: out of disk" },
	};

	(void)state;
	assert_true(server_start(&server, bad_pack, NULL));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		pack_body = bad[i].body;
		pack_len = bad[i].len;
		fetch_fails(bad[i].code, bad[i].words);
		nothing_is_left();
	}
	server_stop(&server);
}

/* A pack with the tag and its commit alone, as git makes it. */
static bool hollow_pack(struct server *s, int fd, const char *request)
{
	const char *argv[] = { "git",	   "-C", ada.dir, "pack-objects",
			       "--stdout", "-q", NULL };
	const char *env[] = { "PATH=/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM=1",
			      NULL };
	AUTO(process_result_releasep) struct process_result res = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct process_spec spec = { .argv = argv, .env = env };
	struct err err = { 0 };
	char hex[OID_HEX], names[2 * OID_HEX + 1];
	struct oid tag;

	if (strstr(request, "command=ls-refs"))
		return be_git(s, fd, request);
	assert_int_equal(repo_ref_read(ada.repo, "refs/tags/artifact_01/v0.1.0",
				       &tag, &err),
			 0);
	oid_hex(&tag, hex);
	snprintf(names, sizeof(names), "%s\n", hex);
	oid_hex(&ada.head, hex);
	snprintf(names + OID_HEX, OID_HEX + 1, "%s\n", hex);
	spec.input = names;
	spec.input_len = 2 * OID_HEX;
	assert_int_equal(process_run(&spec, &res, &err), 0);
	strbuf_addf(&out, "000dpackfile\n%04zx\001", res.out.len + 5);
	strbuf_add(&out, strbuf_str(&res.out), res.out.len);
	strbuf_adds(&out, "0000");
	return server_answer(fd, GIT_RESULT, strbuf_str(&out), out.len);
}

static void test_fetch_refuses_a_pack_that_is_not_all_of_it(void **state)
{
	(void)state;
	assert_true(server_start(&server, hollow_pack, NULL));
	fetch_fails(ERR_FORMAT, "is missing");
	nothing_is_left();
	server_stop(&server);
}

/* ---- a bomb: a few hundred bytes that say they are a gigabyte */

static void add_deflated(struct strbuf *out, const void *bytes, size_t len)
{
	unsigned char packed[4096];
	uLongf size = sizeof(packed);

	assert_int_equal(compress2(packed, &size, bytes, len, 9), Z_OK);
	strbuf_add(out, packed, size);
}

/* An object's header: its type, and its size in groups of seven bits. */
static void add_header(struct strbuf *out, unsigned type, size_t size)
{
	unsigned char c = (unsigned char)(type << 4 | (size & 15));

	for (size >>= 4; size > 0; size >>= 7) {
		strbuf_addc(out, (char)(c | 0x80));
		c = size & 0x7f;
	}
	strbuf_addc(out, (char)c);
}

static void add_size(struct strbuf *out, size_t size)
{
	for (; size > 0x7f; size >>= 7)
		strbuf_addc(out, (char)(0x80 | (size & 0x7f)));
	strbuf_addc(out, (char)size);
}

/* A blob of zeros, and a delta that copies it until it is a gigabyte. */
static void make_bomb(struct strbuf *pack)
{
	static const char zeros[65536];
	static const char head[] = "PACK\0\0\0\2\0\0\0\2";
	AUTO(strbuf_releasep) struct strbuf delta = { 0 };
	unsigned char sum[EVP_MAX_MD_SIZE];
	struct err err = { 0 };
	struct oid base;

	assert_int_equal(repo_blob_name(zeros, sizeof(zeros), &base, &err), 0);
	strbuf_add(pack, head, sizeof(head) - 1);
	add_header(pack, 3, sizeof(zeros));
	add_deflated(pack, zeros, sizeof(zeros));
	add_size(&delta, sizeof(zeros));
	add_size(&delta, 1 << 30);
	for (int i = 0; i < (1 << 30) / (int)sizeof(zeros); i++)
		strbuf_addc(&delta, (char)0x80); /* 64 KiB from the start */
	add_header(pack, 7, delta.len);
	strbuf_add(pack, base.id, sizeof(base.id));
	add_deflated(pack, delta.data, delta.len);
	assert_int_equal(
		EVP_Digest(pack->data, pack->len, sum, NULL, EVP_sha1(), NULL),
		1);
	strbuf_add(pack, sum, 20);
}

static void test_fetch_is_not_blown_up_by_a_delta(void **state)
{
	AUTO(strbuf_releasep) struct strbuf pack = { 0 };
	AUTO(strbuf_releasep) struct strbuf body = { 0 };

	(void)state;
	make_bomb(&pack);
	assert_in_range(pack.len, 100, 4000);
	strbuf_addf(&body, "000dpackfile\n%04zx\001", pack.len + 5);
	strbuf_add(&body, pack.data, pack.len);
	strbuf_adds(&body, "0000");
	pack_body = body.data;
	pack_len = body.len;
	assert_true(server_start(&server, bad_pack, NULL));
	fetch_fails(ERR_LIMIT, "too much memory");
	nothing_is_left();
	server_stop(&server);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
		TEST(test_ls_says_what_a_bad_answer_was),
		TEST(test_ls_stops_at_too_many_refs),
		TEST(test_ls_ends_at_the_deadline_when_nothing_comes),
		TEST(test_fetch_refuses_a_bad_pack_and_leaves_nothing),
		TEST(test_fetch_refuses_a_pack_that_is_not_all_of_it),
		TEST(test_fetch_is_not_blown_up_by_a_delta),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
