/* git over http, against servers that are up to no good. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/clock.h"
#include "git_http_box.h"

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_ls_says_what_a_bad_answer_was),
		TEST(test_ls_stops_at_too_many_refs),
		TEST(test_ls_ends_at_the_deadline_when_nothing_comes),
		TEST(test_fetch_refuses_a_bad_pack_and_leaves_nothing),
		TEST(test_fetch_refuses_a_pack_that_is_not_all_of_it),
		TEST(test_fetch_is_not_blown_up_by_a_delta),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
