#ifndef TESTS_GIT_HTTP_BOX_H
#define TESTS_GIT_HTTP_BOX_H

/*
 * A server that is git over http, a student's repository behind it, and ours
 * that fetches.  Include after cmocka.h.
 */
#include <stdlib.h>

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

static struct server server;
static struct remotes *all;
static char *box;
static struct student ada;
static struct repo *ours;

/* How the real server behaves. */
static bool speaks_v2;	  /* it honours Git-Protocol */
static int busy;	  /* so many requests are answered with 429 */
static bool locked;	  /* it wants ada:secret */
static atomic_int logins; /* requests with an Authorization */

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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

static inline void run_git(int fd, const char *service, const char *how,
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

static inline bool be_git(struct server *s, int fd, const char *request)
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

static inline struct remote *open_at(const struct server *s, const char *path,
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

static inline void ls_and_fetch(const struct server *s, struct remote_limits l)
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

static inline void ls_fails(const struct server *s, const char *path,
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
