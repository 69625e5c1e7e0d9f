#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/pool.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/http.h"
#include "server.h"

static struct server server;
static struct http *http;
static char seen[4096]; /* the head of the last request */

static void start(server_handler *handler)
{
	struct err err = { 0 };

	assert_true(server_start(&server, handler, NULL));
	assert_int_equal(http_new(&http, &err), 0);
}

static void stop(void)
{
	http_free(http);
	server_stop(&server);
}

static int collect(void *ctx, const char *bytes, size_t len, struct err *err)
{
	strbuf_add(ctx, bytes, len);
	return strbuf_check(ctx, err);
}

/* GET /x with three seconds to spare, changed by the test. */
static struct http_request request(struct strbuf *body)
{
	static char url[96];

	snprintf(url, sizeof(url), "%s/x", server.url);
	return (struct http_request){
		.url = url,
		.deadline_ms = clock_monotonic_ms() + 3000,
		.sink = collect,
		.ctx = body,
	};
}

/* Run REQ, which has to succeed. */
static struct http_reply perform(const struct http_request *req)
{
	struct http_reply reply;
	struct err err = { 0 };

	if (http_perform(http, req, &reply, &err) < 0)
		fail_msg("%s", err.msg);
	return reply;
}

static bool say_hello(struct server *s, int fd, const char *head)
{
	(void)s;
	snprintf(seen, sizeof(seen), "%s", head);
	return server_answer(fd, "200 OK\r\nContent-Type: Text/Plain; q=1",
			     "hello", 5);
}

static void test_perform_gives_status_type_and_body(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct http_reply reply;
	struct http_request req;

	(void)state;
	start(say_hello);
	req = request(&body);
	reply = perform(&req);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "text/plain");
	assert_string_equal(strbuf_str(&body), "hello");
	assert_non_null(strstr(seen, "GET /x HTTP/1.1"));
	assert_non_null(strstr(seen, "Accept-Encoding: gzip"));
	assert_null(strstr(seen, "Authorization"));
	stop();
}

static void test_perform_sends_body_headers_and_login(void **state)
{
	const char *const headers[] = { "X-A: b", NULL };
	struct http_request req;

	(void)state;
	start(say_hello);
	req = request(NULL);
	req.sink = NULL;
	req.headers = headers;
	req.body = "12345";
	req.body_len = 5;
	req.user = "ada";
	req.password = "secret";
	(void)perform(&req);
	assert_non_null(strstr(seen, "POST /x HTTP/1.1"));
	assert_non_null(strstr(seen, "X-A: b\r\n"));
	assert_non_null(strstr(seen, "Basic YWRhOnNlY3JldA==\r\n"));
	assert_non_null(strstr(seen, "\r\n\r\n12345"));
	/* the next one does not inherit any of it */
	req = request(NULL);
	req.sink = NULL;
	(void)perform(&req);
	assert_null(strstr(seen, "Authorization"));
	assert_null(strstr(seen, "X-A"));
	stop();
}

static void test_perform_uses_a_connection_again(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };

	(void)state;
	start(say_hello);
	for (int i = 0; i < 5; i++) {
		struct http_request req = request(&body);

		(void)perform(&req);
	}
	assert_int_equal(http_connections(http), 1);
	assert_int_equal(server.requests, 5);
	stop();
}

struct crowd {
	atomic_int good;
};

static void one_of_many(void *ctx, size_t index)
{
	atomic_int *good = ctx;
	struct http_reply reply;
	struct err err = { 0 };
	char url[96];
	struct http_request req = {
		.url = url,
		.deadline_ms = clock_monotonic_ms() + 10000,
	};

	snprintf(url, sizeof(url), "%s/%zu", server.url, index);
	if (http_perform(http, &req, &reply, &err) == 0 && reply.status == 200)
		(*good)++;
}

static bool say_hello_quietly(struct server *s, int fd, const char *head)
{
	(void)s;
	(void)head;
	return server_answer(fd, "200 OK", "hello", 5);
}

static void test_perform_is_safe_from_many_threads(void **state)
{
	struct err err = { 0 };
	atomic_int good = 0;

	(void)state;
	start(say_hello_quietly);
	assert_int_equal(pool_run(8, 100, one_of_many, &good, &err), 0);
	assert_int_equal(good, 100);
	assert_in_range(http_connections(http), 1, 8);
	stop();
}

/* Run REQ, which has to fail with CODE and a message that has WORDS in it. */
static void fails(const struct http_request *req, int code, const char *words)
{
	struct http_reply reply;
	struct err err = { 0 };

	assert_int_equal(http_perform(http, req, &reply, &err), code);
	if (!strstr(err.msg, words))
		fail_msg("'%s' has no '%s'", err.msg, words);
}

static bool say_nothing(struct server *s, int fd, const char *head)
{
	char c;

	(void)head;
	while (!s->over && recv(fd, &c, 1, 0) > 0)
		;
	return false;
}

static void test_perform_ends_at_the_deadline_when_nothing_comes(void **state)
{
	int64_t begin = clock_monotonic_ms();
	struct http_request req;

	(void)state;
	start(say_nothing);
	req = request(NULL);
	req.deadline_ms = begin + 300;
	fails(&req, ERR_NET, "did not finish in time");
	assert_in_range(clock_monotonic_ms() - begin, 250, 2500);
	/* and does not begin after it */
	fails(&req, ERR_NET, "did not finish in time");
	stop();
}

static void test_perform_ends_after_low_speed_seconds_of_silence(void **state)
{
	int64_t begin = clock_monotonic_ms();
	struct http_request req;

	(void)state;
	start(say_nothing);
	req = request(NULL);
	req.deadline_ms = begin + 20000;
	req.low_speed_s = 1;
	fails(&req, ERR_NET, "sent nothing for 1 s");
	assert_in_range(clock_monotonic_ms() - begin, 800, 6000);
	stop();
}

static bool drip(struct server *s, int fd, const char *head)
{
	(void)head;
	server_send(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
	for (int i = 0; i < 100 && !s->over; i++) {
		server_send(fd, "x", 1);
		server_nap(50);
	}
	return false;
}

static void test_perform_ends_at_the_deadline_when_bytes_drip(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	int64_t begin = clock_monotonic_ms();
	struct http_request req;

	(void)state;
	start(drip);
	req = request(&body);
	req.deadline_ms = begin + 400;
	req.low_speed_s = 2;
	fails(&req, ERR_NET, "did not finish in time");
	assert_in_range(clock_monotonic_ms() - begin, 300, 2500);
	stop();
}

static bool pour(struct server *s, int fd, const char *head)
{
	static const char block[4096];

	(void)head;
	server_send(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
	for (int i = 0; i < 10000 && !s->over; i++)
		server_send(fd, block, sizeof(block));
	return false;
}

static void test_perform_stops_at_max_bytes(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct http_request req;

	(void)state;
	start(pour);
	req = request(&body);
	req.max_bytes = 100000;
	fails(&req, ERR_LIMIT, "sent more than 100000 bytes");
	assert_in_range(body.len, 0, 100000);
	stop();
}

/* A megabyte of zeros in about a kilobyte of gzip. */
static bool bomb(struct server *s, int fd, const char *head)
{
	static char zeros[1 << 20], packed[8192];
	z_stream z = { 0 };

	(void)s;
	(void)head;
	z.next_in = (unsigned char *)zeros;
	z.avail_in = sizeof(zeros);
	z.next_out = (unsigned char *)packed;
	z.avail_out = sizeof(packed);
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return server_answer(fd, "200 OK\r\nContent-Encoding: gzip", packed,
			     sizeof(packed) - z.avail_out);
}

static void test_perform_counts_decompressed_bytes(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct http_request req;

	(void)state;
	start(bomb);
	req = request(&body);
	(void)perform(&req);
	assert_int_equal(body.len, 1 << 20);
	req.max_bytes = 50000;
	fails(&req, ERR_LIMIT, "sent more than 50000 bytes");
	stop();
}

static int refuse(void *ctx, const char *bytes, size_t len, struct err *err)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	return err_set(err, ERR_FORMAT, "not what was wanted");
}

static void test_perform_returns_what_the_sink_says(void **state)
{
	struct http_request req;

	(void)state;
	start(say_hello);
	req = request(NULL);
	req.sink = refuse;
	fails(&req, ERR_FORMAT, "not what was wanted");
	stop();
}

static bool redirect(struct server *s, int fd, const char *head)
{
	(void)s;
	(void)head;
	return server_answer(fd, "302 Found\r\nLocation: //other.test/y", "",
			     0);
}

static void test_perform_reports_a_redirect_and_does_not_follow(void **state)
{
	struct http_reply reply;
	struct http_request req;

	(void)state;
	start(redirect);
	req = request(NULL);
	reply = perform(&req);
	assert_int_equal(reply.status, 302);
	assert_string_equal(reply.location, "http://other.test/y");
	assert_int_equal(server.requests, 1);
	stop();
}

static bool complain(struct server *s, int fd, const char *head)
{
	(void)s;
	(void)head;
	return server_answer(fd,
			     "503 Busy\r\nContent-Type: text/plain\r\n"
			     "Retry-After: 7",
			     "the disk is full\nand more", 25);
}

static void test_perform_keeps_the_first_line_of_an_error(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct http_reply reply;
	struct http_request req;

	(void)state;
	start(complain);
	req = request(&body);
	reply = perform(&req);
	assert_int_equal(reply.status, 503);
	assert_int_equal(reply.retry_after_s, 7);
	assert_string_equal(reply.text, "the disk is full");
	assert_int_equal(body.len, 0); /* an error is no body */
	stop();
}

static void test_perform_gives_only_the_wanted_type_to_the_sink(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	struct http_reply reply;
	struct http_request req;

	(void)state;
	start(say_hello);
	req = request(&body);
	req.type = "application/x-thing";
	reply = perform(&req);
	assert_int_equal(body.len, 0);
	assert_string_equal(reply.content_type, "text/plain");
	stop();
}

static bool hang_up(struct server *s, int fd, const char *head)
{
	(void)s;
	(void)fd;
	(void)head;
	return false;
}

static void test_perform_tells_a_lost_connection(void **state)
{
	struct http_reply reply;
	struct err err = { 0 };
	struct http_request req;

	(void)state;
	start(hang_up);
	req = request(NULL);
	assert_int_equal(http_perform(http, &req, &reply, &err), ERR_NET);
	assert_non_null(strstr(err.msg, "closed the connection"));
	assert_true(reply.lost);
	stop();
}

static void test_perform_says_where_nobody_listens(void **state)
{
	struct http_request req;

	(void)state;
	start(say_hello);
	req = request(NULL);
	server_stop(&server);
	fails(&req, ERR_NET, "cannot connect to 'http://127.0.0.1:");
	http_free(http);
}

static void test_perform_refuses_other_schemes_and_odd_urls(void **state)
{
	static const char *const bad[] = {
		"ftp://127.0.0.1/x", "file:///etc/passwd", "x", "",
		"http://",	     "http:///x"
	};
	struct err err = { 0 };

	(void)state;
	assert_int_equal(http_new(&http, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct http_request req = { .url = bad[i] };

		fails(&req, ERR_UNSAFE, "URL");
	}
	http_free(http);
}

static void test_perform_survives_any_failed_allocation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf body = { 0 };
	long nth = 0, total;

	(void)state;
	assert_true(server_start(&server, say_hello_quietly, NULL));
	do {
		struct http_reply reply;
		struct err err = { 0 };
		struct http_request req = request(&body);

		http = NULL;
		strbuf_release(&body);
		body = (struct strbuf){ 0 };
		fault_alloc(++nth);
		if (http_new(&http, &err) < 0 ||
		    http_perform(http, &req, &reply, &err) < 0)
			assert_int_equal(err.code, ERR_NOMEM);
		total = fault_count();
		fault_alloc(0);
		http_free(http);
	} while (nth <= total);
	assert_true(nth > 2);
	server_stop(&server);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perform_gives_status_type_and_body),
		cmocka_unit_test(test_perform_sends_body_headers_and_login),
		cmocka_unit_test(test_perform_uses_a_connection_again),
		cmocka_unit_test(test_perform_is_safe_from_many_threads),
		cmocka_unit_test(
			test_perform_ends_at_the_deadline_when_nothing_comes),
		cmocka_unit_test(
			test_perform_ends_after_low_speed_seconds_of_silence),
		cmocka_unit_test(
			test_perform_ends_at_the_deadline_when_bytes_drip),
		cmocka_unit_test(test_perform_stops_at_max_bytes),
		cmocka_unit_test(test_perform_counts_decompressed_bytes),
		cmocka_unit_test(test_perform_returns_what_the_sink_says),
		cmocka_unit_test(
			test_perform_reports_a_redirect_and_does_not_follow),
		cmocka_unit_test(test_perform_keeps_the_first_line_of_an_error),
		cmocka_unit_test(
			test_perform_gives_only_the_wanted_type_to_the_sink),
		cmocka_unit_test(test_perform_tells_a_lost_connection),
		cmocka_unit_test(test_perform_says_where_nobody_listens),
		cmocka_unit_test(
			test_perform_refuses_other_schemes_and_odd_urls),
		cmocka_unit_test(test_perform_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
