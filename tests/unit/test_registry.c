#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "fault.h"
#include "folder.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/git.h"
#include "io/git_commit.h"
#include "model/cohort.h"
#include "registry/registry.h"

static const struct registry_config config = { .name = "local",
					       .kind = REGISTRY_DISK,
					       .path = "var/registry" };

static void slurp(const char *name, struct strbuf *out)
{
	char *path = path_joined(dir, name);
	struct err err = { 0 };

	strbuf_reset(out);
	if (file_read(path, 1 << 20, out, &err) < 0)
		fail_msg("%s", err.msg);
	free(path);
}

static void put_cached(const char *name)
{
	char *path = path_joined(dir, name);
	struct err err = { 0 };

	if (file_write_cache(path, "x", 1, &err) < 0)
		fail_msg("%s", err.msg);
	free(path);
}

static bool have(const char *name)
{
	char *path = path_joined(dir, name);
	bool yes = file_exists(path);

	free(path);
	return yes;
}

struct made {
	struct registry_crate crate;
	char sha256[DIGEST_HEX_SIZE];
	char line[512];
	char *path;
};

static void make(struct made *m, const char *name, const char *version,
		 const char *content)
{
	struct err err = { 0 };

	m->path = path_joined(dir, "packed");
	assert_int_equal(
		file_write(m->path, content, strlen(content), 0644, &err), 0);
	assert_int_equal(digest_file(m->path, m->sha256, &err), 0);
	snprintf(
		m->line, sizeof(m->line),
		"{\"name\":\"%s\",\"vers\":\"%s\",\"deps\":[],\"cksum\":\"%s\","
		"\"features\":{},\"yanked\":false}",
		name, version, m->sha256);
	m->crate = (struct registry_crate){ .name = name,
					    .version = version,
					    .sha256 = m->sha256,
					    .path = m->path,
					    .index_line = m->line };
}

static struct registry *open_registry(void)
{
	struct registry *r = NULL;
	struct err err = { 0 };

	if (registry_open(&config, dir, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return r;
}

static int publish(struct registry *r, const char *name, const char *version,
		   const char *content, struct err *err)
{
	struct made m;
	int rc;

	make(&m, name, version, content);
	rc = registry_publish(r, &m.crate, err);
	free(m.path);
	return rc;
}

static enum registry_state look(struct registry *r, const char *name,
				const char *version, const char *content)
{
	enum registry_state state = REGISTRY_ABSENT;
	struct err err = { 0 };
	struct made m;

	make(&m, name, version, content);
	assert_int_equal(registry_look(r, &m.crate, &state, &err), 0);
	free(m.path);
	return state;
}

static void test_publish_lays_out_what_cargo_reads(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	assert_int_equal(publish(r, "abc", "1.0.0", "x", &err), 0);
	assert_int_equal(publish(r, "Ab", "1.0.0", "x", &err), 0);
	slurp("var/registry/kov-ada-0.1.0.crate", &got);
	assert_string_equal(strbuf_str(&got), "bytes");
	slurp("var/registry/index/ko/v-/kov-ada", &got);
	assert_non_null(strstr(strbuf_str(&got), "\"vers\":\"0.1.0\""));
	assert_int_equal(got.data[got.len - 1], '\n');
	assert_true(have("var/registry/index/3/a/abc"));
	assert_true(have("var/registry/index/2/ab"));
	slurp("var/registry/index/config.json", &got);
	assert_non_null(strstr(strbuf_str(&got), "/{crate}-{version}.crate"));
	assert_non_null(strstr(strbuf_str(&got), "file:///"));
}

static void test_publish_again_changes_nothing(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	AUTO(strbuf_releasep) struct strbuf before = { 0 };
	AUTO(strbuf_releasep) struct strbuf after = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(look(r, "kov-ada", "0.1.0", "bytes"), REGISTRY_ABSENT);
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	slurp("var/registry/index/ko/v-/kov-ada", &before);
	assert_int_equal(look(r, "kov-ada", "0.1.0", "bytes"), REGISTRY_SAME);
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	slurp("var/registry/index/ko/v-/kov-ada", &after);
	assert_string_equal(strbuf_str(&before), strbuf_str(&after));
}

static void test_publish_refuses_another_checksum_loudly(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	assert_int_equal(look(r, "kov-ada", "0.1.0", "other"),
			 REGISTRY_DIFFERENT);
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "other", &err),
			 ERR_EXISTS);
	assert_string_equal(err.msg, "kov-ada 0.1.0 is published already with "
				     "another checksum");
	err_clear(&err);
	/* build metadata makes no other version */
	assert_int_equal(publish(r, "kov-ada", "0.1.0+b", "other", &err),
			 ERR_EXISTS);
	slurp("var/registry/kov-ada-0.1.0.crate", &got);
	assert_string_equal(strbuf_str(&got), "bytes");
}

static void test_publish_keeps_earlier_versions(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "one", &err), 0);
	assert_int_equal(publish(r, "kov-ada", "0.2.0", "two", &err), 0);
	assert_int_equal(look(r, "kov-ada", "0.1.0", "one"), REGISTRY_SAME);
	assert_int_equal(look(r, "kov-ada", "0.2.0", "two"), REGISTRY_SAME);
}

/* The file went first: a run that was killed there is simply done again. */
static void test_publish_goes_on_after_a_kill_between_file_and_line(
	void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	char *path = path_joined(dir, "var/registry/kov-ada-0.1.0.crate");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_write(path, "half", 4, 0644, &err), 0);
	free(path);
	assert_int_equal(look(r, "kov-ada", "0.1.0", "bytes"), REGISTRY_ABSENT);
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	assert_int_equal(look(r, "kov-ada", "0.1.0", "bytes"), REGISTRY_SAME);
}

static void test_publish_refuses_bytes_that_were_changed(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	struct err err = { 0 };
	struct made m;

	(void)state;
	make(&m, "kov-ada", "0.1.0", "bytes");
	assert_int_equal(file_write(m.path, "byteS", 5, 0644, &err), 0);
	assert_int_equal(registry_publish(r, &m.crate, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "is not what was packed"));
	assert_false(have("var/registry/index/ko/v-/kov-ada"));
	free(m.path);
}

static void test_publish_refuses_a_line_about_something_else(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	struct err err = { 0 };
	struct made m;

	(void)state;
	make(&m, "kov-ada", "0.1.0", "bytes");
	m.crate.name = "kov-bob";
	assert_int_equal(registry_publish(r, &m.crate, &err), ERR_BUG);
	assert_false(have("var/registry/kov-bob-0.1.0.crate"));
	free(m.path);
}

static void head_of(struct oid *out)
{
	char *path = path_joined(dir, "var/registry/index");
	AUTO(repo_freep) struct repo *repo = NULL;
	struct err err = { 0 };

	assert_int_equal(repo_open(path, &repo, &err), 0);
	free(path);
	if (repo_ref_read(repo, "refs/heads/main", out, &err) < 0)
		*out = (struct oid){ 0 };
}

static void test_finish_commits_once_and_what_was_left(void **state)
{
	struct registry *r = open_registry();
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	char *path = path_joined(dir, "var/registry/index");
	AUTO(repo_freep) struct repo *repo = NULL;
	struct oid first, second, blob;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	registry_free(r); /* killed before it could finish */
	head_of(&first);
	assert_true(oid_is_zero(&first));
	r = open_registry();
	assert_int_equal(registry_finish(r, "publish", &err), 0);
	head_of(&first);
	assert_false(oid_is_zero(&first));
	assert_int_equal(registry_finish(r, "publish", &err), 0);
	head_of(&second);
	assert_true(oid_equal(&first, &second));
	assert_int_equal(repo_open(path, &repo, &err), 0);
	assert_int_equal(
		repo_path_find(repo, &first, "ko/v-/kov-ada", &blob, &err), 0);
	assert_int_equal(repo_blob_read(repo, &blob, 1000, &got, &err), 0);
	assert_non_null(strstr(strbuf_str(&got), "kov-ada"));
	registry_free(r);
	free(path);
}

static void test_open_follows_a_registry_that_moved(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	char *from = path_joined(dir, "var"), *to = path_joined(dir, "new var");
	struct registry_config moved = config;
	struct registry *r = open_registry();
	struct err err = { 0 };

	(void)state;
	registry_free(r);
	assert_int_equal(rename(from, to), 0);
	moved.path = "new var/registry";
	assert_int_equal(registry_open(&moved, dir, &r, &err), 0);
	slurp("new var/registry/index/config.json", &got);
	assert_non_null(strstr(strbuf_str(&got), "/new%20var/registry/"));
	assert_non_null(strstr(registry_location(r), "/new var/registry"));
	registry_free(r);
	free(from);
	free(to);
}

static void test_open_leaves_a_web_address_alone(void **state)
{
	const char *theirs = "{\"dl\": \"http://127.0.0.1/x\"}\n";
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	char *path = path_joined(dir, "var/registry/index/config.json");
	struct registry *r = open_registry();
	struct err err = { 0 };

	(void)state;
	registry_free(r);
	assert_int_equal(file_write(path, theirs, strlen(theirs), 0644, &err),
			 0);
	r = open_registry();
	slurp("var/registry/index/config.json", &got);
	assert_string_equal(strbuf_str(&got), theirs);
	registry_free(r);
	free(path);
}

static void test_open_is_for_one_at_a_time(void **state)
{
	struct registry *r = open_registry(), *second = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(registry_open(&config, dir, &second, &err),
			 ERR_LOCKED);
	assert_non_null(strstr(err.msg, "another cohort is at work in it"));
	assert_null(second);
	registry_free(r);
	registry_free(open_registry());
}

/* What a killed run leaves: git's lock, and files half-written. */
static void test_finish_clears_what_a_killed_run_left(void **state)
{
	static const char *const left[] = {
		"var/registry/.kov-ada-0.1.0.crate.abcdefgh",
		"var/registry/index/.config.json.abcdefgh",
		"var/registry/index/.kov-ada.abcdefgh",
		"var/registry/index/.git/refs/heads/main.lock"
	};
	struct registry *r = open_registry();
	struct err err = { 0 };

	(void)state;
	registry_free(r);
	for (size_t i = 0; i < ARRAY_LEN(left); i++)
		put_cached(left[i]);
	r = open_registry();
	assert_int_equal(publish(r, "kov-ada", "0.1.0", "bytes", &err), 0);
	if (registry_finish(r, "publish", &err) < 0)
		fail_msg("%s", err.msg);
	registry_free(r);
	for (size_t i = 0; i < ARRAY_LEN(left); i++)
		assert_false(have(left[i]));
}

static void test_publish_survives_any_failed_allocation(void **state)
{
	struct made m;
	long nth = 0, total;

	(void)state;
	make(&m, "kov-ada", "0.1.0", "bytes");
	do {
		struct registry *r = NULL;
		struct err err = { 0 };

		fault_alloc(++nth);
		if (registry_open(&config, dir, &r, &err) == 0 &&
		    registry_publish(r, &m.crate, &err) == 0)
			(void)registry_finish(r, "publish", &err);
		total = fault_count();
		fault_alloc(0);
		registry_free(r);
		assert_true(err.code == 0 || err.code == ERR_NOMEM);
	} while (nth <= total);
	assert_true(nth > 5);
	free(m.path);
	{
		AUTO(registry_freep) struct registry *r = open_registry();

		assert_int_equal(look(r, "kov-ada", "0.1.0", "bytes"),
				 REGISTRY_SAME);
	}
}

static void test_look_names_the_place_of_a_broken_line(void **state)
{
	AUTO(registry_freep) struct registry *r = open_registry();
	char *path = path_joined(dir, "var/registry/index/ko/v-");
	char *file = path_joined(dir, "var/registry/index/ko/v-/kov-ada");
	enum registry_state found;
	struct err err = { 0 };
	struct made m;

	(void)state;
	assert_int_equal(file_make_dirs(path, &err), 0);
	assert_int_equal(file_write(file, "{\"vers\": 1}\n", 12, 0644, &err),
			 0);
	make(&m, "kov-ada", "0.1.0", "bytes");
	assert_int_equal(registry_look(r, &m.crate, &found, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "kov-ada:1:"));
	assert_non_null(strstr(err.msg, "'name' is missing"));
	free(m.path);
	free(path);
	free(file);
}

static void test_open_refuses_the_web_with_a_hint(void **state)
{
	struct registry_config web = { .name = "crates.io",
				       .kind = REGISTRY_WEB,
				       .domain = "crates.io" };
	struct registry *r = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(registry_open(&web, dir, &r, &err), ERR_USAGE);
	assert_string_equal(err.hint, "cohort publish --registry local");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_publish_lays_out_what_cargo_reads),
		CASE(test_publish_again_changes_nothing),
		CASE(test_publish_refuses_another_checksum_loudly),
		CASE(test_publish_keeps_earlier_versions),
		CASE(test_publish_goes_on_after_a_kill_between_file_and_line),
		CASE(test_publish_refuses_bytes_that_were_changed),
		CASE(test_publish_refuses_a_line_about_something_else),
		CASE(test_finish_commits_once_and_what_was_left),
		CASE(test_open_follows_a_registry_that_moved),
		CASE(test_open_leaves_a_web_address_alone),
		CASE(test_open_is_for_one_at_a_time),
		CASE(test_finish_clears_what_a_killed_run_left),
		CASE(test_publish_survives_any_failed_allocation),
		CASE(test_look_names_the_place_of_a_broken_line),
		CASE(test_open_refuses_the_web_with_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
