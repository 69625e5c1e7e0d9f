#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"
#include "yaml_random.h"
#include "yaml_tree.h"

static const struct node *find(const struct node *root, const char *key)
{
	const struct node *n = *key ? node_get(root, key) : root;

	assert_non_null(n);
	return n;
}

struct document {
	struct arena arena;
	const struct node *root;
	struct yaml_doc doc;
};

static void document_release(struct document *d)
{
	arena_release(&d->arena);
}
AUTO_RELEASE(struct document, document_release)

static struct document read(const char *text)
{
	struct document d = { 0 };
	struct err err = { 0 };

	if (yaml_read(text, strlen(text), "x.yaml", &d.arena, &d.root, &err) <
	    0)
		fail_msg("%s", err.msg);
	d.doc = (struct yaml_doc){ text, strlen(text), d.root };
	return d;
}

static void finish(int rc, const struct err *err, struct strbuf *out,
		   const char *want)
{
	if (rc < 0)
		fail_msg("%s", err->msg);
	assert_string_equal(strbuf_str(out), want);
	strbuf_release(out);
}

static void sets(const char *text, const char *key, const char *value,
		 const char *want)
{
	AUTO(document_releasep) struct document d = read(text);
	struct strbuf out = { 0 };
	struct err err = { 0 };
	int rc = yaml_set(&d.doc, find(d.root, key),
			  (struct yaml_value){ value, false }, &out, &err);

	finish(rc, &err, &out, want);
}

static void adds_key(const char *text, const char *map, const char *want)
{
	AUTO(document_releasep) struct document d = read(text);
	const struct yaml_pair pair = { "new", { "x y", false } };
	struct strbuf out = { 0 };
	struct err err = { 0 };
	int rc = yaml_add_key(&d.doc, find(d.root, map), &pair, &out, &err);

	finish(rc, &err, &out, want);
}

static void adds_item(const char *text, const char *list, const char *want)
{
	AUTO(document_releasep) struct document d = read(text);
	const struct yaml_pair pairs[] = { { "h", { "ada", false } },
					   { "n", { "7", true } } };
	struct strbuf out = { 0 };
	struct err err = { 0 };
	int rc = yaml_add_item(&d.doc, find(d.root, list), pairs,
			       ARRAY_LEN(pairs), &out, &err);

	finish(rc, &err, &out, want);
}

static void removes(const char *text, const char *list, size_t index,
		    const char *want)
{
	AUTO(document_releasep) struct document d = read(text);
	struct strbuf out = { 0 };
	struct err err = { 0 };
	int rc =
		yaml_remove_item(&d.doc, find(d.root, list), index, &out, &err);

	finish(rc, &err, &out, want);
}

static void test_set_changes_only_the_value(void **state)
{
	(void)state;
	sets("a: 1  # one\nb: 2", "a", "Zo\xc3\xab",
	     "a: Zo\xc3\xab  # one\nb: 2");
	sets("Zo\xc3\xab: \"Zo\xc3\xab\" # \xe2\x82\xac\r\nb: {c: d}\r\n",
	     "Zo\xc3\xab", "x",
	     "Zo\xc3\xab: \"x\" # \xe2\x82\xac\r\nb: {c: d}\r\n");
	sets("a: 'old'\n", "a", "no", "a: \"no\"\n");
	sets("a: old\n", "a", "", "a: \"\"\n");
	sets("a:\nb: 1\n", "a", "x", "a: x\nb: 1\n");
	sets("a:   # none yet\n", "a", "x", "a: x   # none yet\n");
	sets("a: ~\n", "a", "x", "a: x\n");
	sets("a:\n  long\n  text\nb: 1\n", "a", "x", "a:\n  x\nb: 1\n");
	sets("a: |\n  two\n  lines\n\nb: 1\n", "a", "x", "a: x\n\nb: 1\n");
	sets("a: |+\n  two\n\n\nb: 1\n", "a", "x", "a: x\nb: 1\n");
	sets("{\"a\":1}", "a", "x, y", "{\"a\":\"x, y\"}");
	sets("{a: , b: 1}", "a", "x", "{a: x, b: 1}");
}

static void test_set_refuses_a_collection(void **state)
{
	AUTO(document_releasep) struct document d = read("a: [1]\n");
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(yaml_set(&d.doc, find(d.root, "a"),
				  (struct yaml_value){ "x", false }, &out,
				  &err),
			 ERR_BUG);
	assert_string_equal(err.msg,
			    "x.yaml:1:4: a list cannot be set to one value");
}

static void test_set_refuses_a_file_it_would_spoil(void **state)
{
	/* libyaml eats that tab behind a plain value, not behind a quote */
	AUTO(document_releasep)
	struct document d = read("7\n\t");
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)state;
	strbuf_adds(&out, "kept");
	assert_int_equal(yaml_set(&d.doc, d.root,
				  (struct yaml_value){ "no", false }, &out,
				  &err),
			 ERR_FORMAT);
	assert_string_equal(
		err.msg,
		"x.yaml:1:1: this cannot be changed in place as it is written");
	assert_string_equal(err.hint, "change the file by hand");
	assert_string_equal(strbuf_str(&out), "kept");
}

static void test_add_key_keeps_the_shape_around_it(void **state)
{
	(void)state;
	adds_key("a: 1 # one\n", "", "a: 1 # one\nnew: x y\n");
	adds_key("a: 1", "", "a: 1\nnew: x y");
	adds_key("m:\r\n  a: 1\r\n\r\nb: 2\r\n", "m",
		 "m:\r\n  a: 1\r\n  new: x y\r\n\r\nb: 2\r\n");
	adds_key(
		"m:\n    a: 1\n    # about a\n# about b\nb: 2\n", "m",
		"m:\n    a: 1\n    # about a\n    new: x y\n# about b\nb: 2\n");
	adds_key("m: {a: 1} # c\n", "m", "m: {a: 1, new: x y} # c\n");
	adds_key("m: {a: 1,}\n", "m", "m: {a: 1, new: x y}\n");
	adds_key("m: {}\n", "m", "m:\n  new: x y\n");
	adds_key("m:\nb: 2\n", "m", "m:\n  new: x y\nb: 2\n");
	adds_key("m: {\n  a: 1 # one\n}\n", "m",
		 "m: {\n  a: 1, new: x y # one\n}\n");
	adds_key("", "", "new: x y\n");
	adds_key("# nothing yet", "", "# nothing yet\nnew: x y\n");
}

static void test_add_item_keeps_the_shape_around_it(void **state)
{
	(void)state;
	adds_item("l:\n  - h: bob\n    n: 1\n", "l",
		  "l:\n  - h: bob\n    n: 1\n  - h: ada\n    n: 7\n");
	adds_item("l:\n- h: bob\nz: 1\n", "l",
		  "l:\n- h: bob\n- h: ada\n  n: 7\nz: 1\n");
	adds_item("l:\n  - h: bob # b\n    # leaves early\n  # the end\n", "l",
		  "l:\n  - h: bob # b\n    # leaves early\n  - h: ada\n"
		  "    n: 7\n  # the end\n");
	adds_item("l:\n  - h: a\n\n  - h: b\n\nz: 1\n", "l",
		  "l:\n  - h: a\n\n  - h: b\n\n  - h: ada\n    n: 7\n\nz: 1\n");
	adds_item("l: []\n", "l", "l:\n  - h: ada\n    n: 7\n");
	adds_item("l: [ ]  # none yet\nz: 1\n", "l",
		  "l:  # none yet\n  - h: ada\n    n: 7\nz: 1\n");
	adds_item("l:\n", "l", "l:\n  - h: ada\n    n: 7\n");
	adds_item("l:", "l", "l:\n  - h: ada\n    n: 7");
	adds_item("l:\r\n  # none\r\nz: 1\r\n", "l",
		  "l:\r\n  # none\r\n  - h: ada\r\n    n: 7\r\nz: 1\r\n");
	adds_item("l: null\n", "l", "l:\n  - h: ada\n    n: 7\n");
	adds_item("l: [{h: bob}]\n", "l", "l: [{h: bob}, {h: ada, n: 7}]\n");
	adds_item("{\"l\": []}\n", "l", "{\"l\": [{h: ada, n: 7}]}\n");
	adds_item("- 1", "", "- 1\n- h: ada\n  n: 7");
}

static void test_remove_item_takes_its_comments_along(void **state)
{
	(void)state;
	removes("l:\n  - a\n  # b is away\n  - b # today\n    # still\n  - c\n",
		"l", 1, "l:\n  - a\n  - c\n");
	removes("l:\n  - a\n\n  - b\n\n  - c\n", "l", 1,
		"l:\n  - a\n\n  - c\n");
	removes("l:\n  - a\n\n  - b", "l", 1, "l:\n  - a");
	removes("l:\r\n- a\r\n- b\r\nz: 1\r\n", "l", 0,
		"l:\r\n- b\r\nz: 1\r\n");
	removes("l:\n  - a\nz: 1\n", "l", 0, "l: []\nz: 1\n");
	removes("l: # all\n  - a\nz: 1\n", "l", 0, "l: # all\n    []\nz: 1\n");
	removes("l: [a, b, c] # x\n", "l", 1, "l: [a, c] # x\n");
	removes("l: [a, b, c] # x\n", "l", 2, "l: [a, b] # x\n");
	removes("l: [a]\n", "l", 0, "l: []\n");
	removes("- - a\n  - b\n- c\n", "", 1, "- - a\n  - b\n");
}

/* Any document, any edit: the tree intended, all other bytes as they were. */
static void test_edits_hold_for_random_documents(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 3000; seed++) {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct gen g = { .state = seed * 0x9e3779b97f4a7c15u + 1,
				 .out = &text };
		struct edit_plan plan = { 0 };
		const char *why = NULL;

		gen_document(&g);
		AUTO(document_releasep)
		struct document d = read(strbuf_str(&text));
		for (int i = 0; i < 6 && !why; i++) {
			if (!plan_edit(d.root, gen_dice(&g, UINT32_MAX), &plan))
				continue;
			strbuf_reset(&out);
			why = check_edit(text.data, text.len, d.root, &plan,
					 &out);
		}
		if (why)
			fail_msg("seed %llu: %s (edit %d)\n%s\n---- to\n%s",
				 (unsigned long long)seed, why, (int)plan.op,
				 strbuf_str(&text), strbuf_str(&out));
	}
}

static void test_apply_holds_for_many_edits_of_random_documents(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 2000; seed++) {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct gen g = { .state = seed * 0x9e3779b97f4a7c15u + 7,
				 .out = &text };
		struct edit_plan plans[PLANS_MAX] = { 0 };
		const char *why;
		size_t count;

		gen_document(&g);
		AUTO(document_releasep)
		struct document d = read(strbuf_str(&text));
		count = plan_many(d.root, gen_dice(&g, UINT32_MAX), plans);
		if (count == 0)
			continue;
		why = check_many(text.data, text.len, d.root, plans, count,
				 &out);
		if (why)
			fail_msg("seed %llu: %s\n%s\n---- to\n%s",
				 (unsigned long long)seed, why,
				 strbuf_str(&text), strbuf_str(&out));
	}
}

static void test_apply_makes_any_number_of_edits_in_one_go(void **state)
{
	AUTO(document_releasep)
	struct document d = read("l: # all\n  - h: bob # b\n    n: 1\n\n"
				 "  - h: zoe\n# end\n");
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct node *l = find(d.root, "l");
	const struct node *bob = l->as.list.items[0];
	const struct node *zoe = l->as.list.items[1];
	const struct yaml_pair one[] = { { "h", { "ada", false } },
					 { "n", { "7", true } } };
	const struct yaml_pair two[] = { { "h", { "eve", false } } };
	const struct yaml_pair key[] = { { "n", { "3", true } } };
	const struct yaml_item items[] = { { one, 2 }, { two, 1 } };
	const struct yaml_item keys[] = { { key, 1 } };
	const struct yaml_edit edits[] = {
		{ .kind = YAML_EDIT_ADD_ITEMS,
		  .target = l,
		  .items = items,
		  .count = 2 },
		{ .kind = YAML_EDIT_ADD_KEYS,
		  .target = zoe,
		  .items = keys,
		  .count = 1 },
		{ .kind = YAML_EDIT_SET,
		  .target = node_get(bob, "n"),
		  .value = { "2", true } },
		{ .kind = YAML_EDIT_SET,
		  .target = node_get(zoe, "h"),
		  .value = { "Zo\xc3\xab", false } },
	};
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		yaml_apply(&d.doc, edits, ARRAY_LEN(edits), &out, &err), 0);
	assert_string_equal(strbuf_str(&out),
			    "l: # all\n  - h: bob # b\n    n: 2\n\n"
			    "  - h: Zo\xc3\xab\n    n: 3\n\n"
			    "  - h: ada\n    n: 7\n\n  - h: eve\n# end\n");
}

static void test_apply_refuses_two_edits_of_one_place(void **state)
{
	AUTO(document_releasep) struct document d = read("a: 1\n");
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct yaml_edit edits[] = {
		{ .kind = YAML_EDIT_SET,
		  .target = find(d.root, "a"),
		  .value = { "x", false } },
		{ .kind = YAML_EDIT_SET,
		  .target = find(d.root, "a"),
		  .value = { "y", false } },
	};
	struct err err = { 0 };

	(void)state;
	assert_int_equal(yaml_apply(&d.doc, edits, 2, &out, &err), ERR_FORMAT);
	assert_int_equal(out.len, 0);
	err_clear(&err);
	assert_int_equal(yaml_apply(&d.doc, edits, 0, &out, &err), 0);
	assert_string_equal(strbuf_str(&out), "a: 1\n");
}

static void test_edits_survive_any_failed_allocation(void **state)
{
	AUTO(document_releasep)
	struct document d = read("l:\n  - h: bob\n    n: 1\n# end\n");
	const struct yaml_pair pair = { "h", { "ada", false } };
	long nth = 0, total;

	(void)state;
	do {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = yaml_add_item(&d.doc, find(d.root, "l"), &pair, 1, &out,
				   &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, err.code);
		assert_true(rc == 0 || rc == ERR_NOMEM);
		assert_true((rc == 0) == (out.len > d.doc.len));
	} while (nth <= total);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_changes_only_the_value),
		cmocka_unit_test(test_set_refuses_a_collection),
		cmocka_unit_test(test_set_refuses_a_file_it_would_spoil),
		cmocka_unit_test(test_add_key_keeps_the_shape_around_it),
		cmocka_unit_test(test_add_item_keeps_the_shape_around_it),
		cmocka_unit_test(test_remove_item_takes_its_comments_along),
		cmocka_unit_test(test_edits_hold_for_random_documents),
		cmocka_unit_test(
			test_apply_makes_any_number_of_edits_in_one_go),
		cmocka_unit_test(test_apply_refuses_two_edits_of_one_place),
		cmocka_unit_test(
			test_apply_holds_for_many_edits_of_random_documents),
		cmocka_unit_test(test_edits_survive_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
