#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "course/list_text.h"
#include "fault.h"

static void open_text(struct list_text *t, const char *text)
{
	struct err err = { 0 };

	if (list_text_read(t, "x.yaml", "seats", "handle", text, strlen(text),
			   &err) < 0)
		fail_msg("%s", err.msg);
}

static void set(struct list_text *t, const char *id, const char *key,
		const char *value, bool plain)
{
	const struct node *item = list_text_find(t, id);
	struct err err = { 0 };

	assert_non_null(item);
	assert_int_equal(list_text_set(t, item, key,
				       (struct yaml_value){ value, plain },
				       &err),
			 0);
}

static void makes(const struct list_text *t, const char *want)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	if (list_text_make(t, &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(strbuf_str(&out), want);
}

static const char two[] = "schema: 1\n"
			  "seats: # two\n"
			  "  - handle: ada # first\n"
			  "    zone: \"UTC\"\n"
			  "  - handle: bob\n"
			  "# end\n";

static void test_make_changes_nothing_if_nothing_was_asked(void **state)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };

	(void)state;
	open_text(&t, two);
	makes(&t, two);
	assert_null(list_text_find(&t, "eve"));
}

static void test_make_sets_joins_and_adds_in_one_go(void **state)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	const struct list_item eve = { .pairs = { { "handle",
						    { "eve", false } },
						  { "seat", { "3", true } } },
				       .count = 2 };
	char value[] = "Asia/Kolkata";

	(void)state;
	open_text(&t, two);
	list_text_add(&t, &eve, 1);
	set(&t, "bob", "seat", "9", true);
	set(&t, "ada", "zone", value, false);
	set(&t, "bob", "zone", "", false);
	set(&t, "bob", "seat", "2", true); /* the later one holds */
	memset(value, 'x', sizeof(value) - 1);
	makes(&t, "schema: 1\n"
		  "seats: # two\n"
		  "  - handle: ada # first\n"
		  "    zone: \"Asia/Kolkata\"\n"
		  "  - handle: bob\n"
		  "    seat: 2\n"
		  "    zone: \"\"\n"
		  "  - handle: eve\n"
		  "    seat: 3\n"
		  "# end\n");
}

static void test_make_begins_an_empty_list(void **state)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	const struct list_item items[] = {
		{ .pairs = { { "handle", { "ada", false } } }, .count = 1 },
		{ .pairs = { { "handle", { "bob", false } } }, .count = 1 },
	};

	(void)state;
	open_text(&t, "schema: 1\nseats: []\n");
	list_text_add(&t, items, 2);
	makes(&t, "schema: 1\nseats:\n  - handle: ada\n  - handle: bob\n");
}

static void test_read_wants_its_list(void **state)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(list_text_read(&t, "x.yaml", "seats", "handle",
					"schema: 1\n", 10, &err),
			 ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml:1:1: 'seats' is missing");
}

/* Ten times what it takes; a change that costs a reading would take hours. */
static void test_make_is_linear_in_students(void **state)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	int64_t before = clock_monotonic_ms();
	struct err err = { 0 };

	(void)state;
	strbuf_adds(&text, "schema: 1\nseats:\n");
	for (int i = 0; i < 8000; i++)
		strbuf_addf(&text, "  - handle: s%d\n    zone: UTC\n", i);
	open_text(&t, strbuf_str(&text));
	for (int i = 0; i < 8000; i++) {
		char id[16];

		snprintf(id, sizeof(id), "s%d", i);
		set(&t, id, "zone", "Europe/Berlin", false);
		set(&t, id, "repo", "https://git.example/x.git", false);
	}
	assert_int_equal(list_text_make(&t, &out, &err), 0);
	assert_true(out.len > text.len + 8000 * 40);
	assert_true(clock_monotonic_ms() - before < 8000);
}

static void test_make_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(list_text_releasep) struct list_text t = { 0 };
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = list_text_read(&t, "x", "seats", "handle", two,
				    sizeof(two) - 1, &err);
		if (rc == 0)
			rc = list_text_set(&t, list_text_find(&t, "bob"), "n",
					   (struct yaml_value){ "1", true },
					   &err);
		if (rc == 0)
			rc = list_text_make(&t, &out, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, err.code);
		assert_true(rc == 0 || rc == ERR_NOMEM);
		assert_true((rc == 0) == (out.len > 0));
	} while (nth <= total);
	assert_true(nth > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_make_changes_nothing_if_nothing_was_asked),
		cmocka_unit_test(test_make_sets_joins_and_adds_in_one_go),
		cmocka_unit_test(test_make_begins_an_empty_list),
		cmocka_unit_test(test_read_wants_its_list),
		cmocka_unit_test(test_make_is_linear_in_students),
		cmocka_unit_test(test_make_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
