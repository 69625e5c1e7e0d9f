#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "io/git_url.h"

static void test_parse_reads_every_form(void **state)
{
	static const struct {
		const char *url;
		enum git_scheme scheme;
		const char *user, *host, *port, *path;
	} good[] = {
		{ "https://Forge.Example/ada/kov.git", GIT_HTTPS, "",
		  "forge.example", "", "/ada/kov.git" },
		{ "http://127.0.0.1:8080/x/", GIT_HTTP, "", "127.0.0.1", "8080",
		  "/x" },
		{ "https://ada@forge.example:/x", GIT_HTTPS, "ada",
		  "forge.example", "", "/x" },
		{ "https://[::1]:443/x", GIT_HTTPS, "", "::1", "443", "/x" },
		{ "ssh://git@forge.example:2222/ada/kov.git", GIT_SSH, "git",
		  "forge.example", "2222", "/ada/kov.git" },
		{ "ssh://forge.example/~ada/kov%20x", GIT_SSH, "",
		  "forge.example", "", "~ada/kov x" },
		{ "git@forge.example:ada/kov.git", GIT_SSH, "git",
		  "forge.example", "", "ada/kov.git" },
		{ "forge:kov", GIT_SSH, "", "forge", "", "kov" },
		{ "file:///srv/a%20b.git", GIT_FILE, "", "", "",
		  "/srv/a b.git" },
		{ "/srv/kov.git", GIT_FILE, "", "", "", "/srv/kov.git" },
		{ "./a:b", GIT_FILE, "", "", "", "./a:b" },
		{ "../x/http://y", GIT_FILE, "", "", "", "../x/http://y" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct git_url u;
		struct err err = { 0 };

		if (git_url_parse(good[i].url, &u, &err) < 0)
			fail_msg("%s: %s", good[i].url, err.msg);
		assert_int_equal(u.scheme, good[i].scheme);
		assert_string_equal(u.user, good[i].user);
		assert_string_equal(u.host, good[i].host);
		assert_string_equal(u.port, good[i].port);
		assert_string_equal(u.path, good[i].path);
	}
}

static void test_parse_says_what_is_wrong(void **state)
{
	static const struct {
		const char *url;
		const char *why;
	} bad[] = {
		{ "", "it is empty" },
		{ "-oProxyCommand=x", "begins with '-'" },
		{ "--upload-pack=x", "begins with '-'" },
		{ "https://a\nb/x", "control character" },
		{ "https://a/\x1b[31m", "control character" },
		{ "https://ada:secret@forge.example/x", "password" },
		{ "ssh://ada:secret@forge.example/x", "password" },
		{ "https:///x", "names no host" },
		{ "https://", "names no host" },
		{ "https://forge.example", "names no repository" },
		{ "https://forge.example/", "names no repository" },
		{ "ssh://-oProxyCommand=x/y", "bad host" },
		{ "ssh://-l@host/y", "bad user name" },
		{ "-h@host:x", "begins with '-'" },
		{ "host:-x", "begins with '-'" },
		{ "ssh://host", "names no repository" },
		{ "host:", "names no repository" },
		{ "https://ho st/x", "space" },
		{ "https://host/x?y=z", "'?'" },
		{ "https://host\\@evil/x", "'\\'" },
		{ "https://ev%69l/x", "bad host" },
		{ "https://host:0/x", "bad port" },
		{ "https://host:65536/x", "bad port" },
		{ "https://host:1x/x", "bad port" },
		{ "https://[::1/x", "bad host" },
		{ "https://[]/x", "bad host" },
		{ "https://[::1]x/x", "bad port" },
		{ "https://[fe80::1%25eth0]/x", "bad host" },
		{ "ftp://host/x", "not https, ssh, http or file" },
		{ "ext::sh -c x", "helper program" },
		{ "HTTPS://host/x", "not https, ssh, http or file" },
		{ "file://host/x", "on another host" },
		{ "ssh://host/a%0ab", "bad path" },
		{ "ssh://host/a%zz", "bad path" },
		{ "ssh://host/a%4", "bad path" },
		{ "ssh://host/a%00b", "bad path" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct git_url u;
		struct err err = { 0 };

		if (git_url_parse(bad[i].url, &u, &err) != ERR_UNSAFE)
			fail_msg("%s was taken", bad[i].url);
		if (!strstr(err.msg, bad[i].why))
			fail_msg("%s: %s", bad[i].url, err.msg);
	}
}

static void test_parse_refuses_what_is_too_long(void **state)
{
	static const char *const heads[] = { "https://host/", "https://", "/",
					     "https://a@", "ssh://host/" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		for (size_t len = 100; len < 3000; len += 50) {
			char url[4000] = "";
			struct git_url u;
			struct err err = { 0 };
			size_t head = strlen(heads[i]);

			memcpy(url, heads[i], head);
			memset(url + head, 'x', len);
			if (git_url_parse(url, &u, &err) < 0)
				assert_int_equal(err.code, ERR_UNSAFE);
			else
				assert_true(head + len < GIT_URL_MAX);
		}
	}
}

static void test_parse_never_shows_a_password(void **state)
{
	static const char *const urls[] = {
		"https://ada:hunter2@forge.example/x",
		"https://ada:hunter2@forge.example",
		"ssh://ada:hunter2@forge.example/x y",
		"ftp://ada:hunter2@forge.example/x",
		"https://ada:hunter2@/x",
		/* a password that nobody encoded */
		"https://ada:hu/hunter2@forge.example/x",
		"https://ada:1/hunter2@x@forge.example/x y",
		"ssh://ada:hu/hunter2@forge.example/x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct git_url u;
		struct err err = { 0 };

		assert_int_equal(git_url_parse(urls[i], &u, &err), ERR_UNSAFE);
		assert_null(strstr(err.msg, "hunter2"));
	}
}

static void test_parse_shows_what_is_no_password(void **state)
{
	struct err err = { 0 };
	struct git_url u;

	(void)state;
	assert_int_equal(
		git_url_parse("https://forge.example/ada@home/x y", &u, &err),
		ERR_UNSAFE);
	assert_non_null(
		strstr(err.msg, "'https://forge.example/ada@home/x y'"));
}

static void test_http_has_no_user_and_no_slash_at_its_end(void **state)
{
	static const char *const pairs[][2] = {
		{ "https://ada@Forge.Example:8443/x/", "https://"
						       "forge.example:8443/x" },
		{ "http://[::1]/x", "http://[::1]/x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char out[GIT_URL_MAX + 300];
		struct git_url u;
		struct err err = { 0 };

		assert_int_equal(git_url_parse(pairs[i][0], &u, &err), 0);
		git_url_http(&u, out);
		assert_string_equal(out, pairs[i][1]);
	}
}

static void test_host_is_loopback_knows_its_own(void **state)
{
	(void)state;
	assert_true(git_host_is_loopback("localhost"));
	assert_true(git_host_is_loopback("x.localhost"));
	assert_true(git_host_is_loopback("127.0.0.1"));
	assert_true(git_host_is_loopback("127.8.9.1"));
	assert_true(git_host_is_loopback("::1"));
	assert_false(git_host_is_loopback("127.evil.example"));
	assert_false(git_host_is_loopback("localhost.example"));
	assert_false(git_host_is_loopback("10.0.0.1"));
	assert_false(git_host_is_loopback(""));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_reads_every_form),
		cmocka_unit_test(test_parse_says_what_is_wrong),
		cmocka_unit_test(test_parse_refuses_what_is_too_long),
		cmocka_unit_test(test_parse_never_shows_a_password),
		cmocka_unit_test(test_parse_shows_what_is_no_password),
		cmocka_unit_test(test_http_has_no_user_and_no_slash_at_its_end),
		cmocka_unit_test(test_host_is_loopback_knows_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
