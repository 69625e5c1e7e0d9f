#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/node.h"
#include "workspace/effects.h"
#include "workspace_box.h"

#define EFFECTS ".git/cohort/effects"

struct seen {
	char text[256];
	int stop;
};

static int see(void *ctx, const struct node *line, struct err *err)
{
	struct seen *s = ctx;
	const char *what = NULL;
	size_t used = strlen(s->text);

	if (node_str(line, "what", &what, err) < 0)
		return err->code;
	snprintf(s->text + used, sizeof(s->text) - used, "%s ", what);
	return s->stop;
}

static int effect(struct workspace *ws, const char *what, struct err *err)
{
	json_t *line = json_pack("{s:s}", "what", what);
	int rc = workspace_effect(ws, line, err);

	json_decref(line);
	return rc;
}

static void assert_effects(struct workspace *ws, const char *expected)
{
	struct seen seen = { "", 0 };
	struct err err = { 0 };

	assert_int_equal(workspace_effects(ws, see, &seen, &err), 0);
	assert_string_equal(seen.text, expected);
}

static void test_effects_are_kept_in_order_until_cleared(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };

	assert_effects(ws, "");
	assert_int_equal(workspace_effects_clear(ws, &err), 0);
	assert_int_equal(effect(ws, "one", &err), 0);
	assert_int_equal(effect(ws, "two\nlines", &err), 0);
	workspace_free(ws);
	ws = box_open(b, 0);
	assert_effects(ws, "one two\nlines ");
	workspace_free(ws);
	ws = box_open(b, WORKSPACE_WRITE);
	assert_int_equal(workspace_effects_clear(ws, &err), 0);
	assert_effects(ws, "");
	assert_false(box_has(b, EFFECTS));
	workspace_free(ws);
	box_git(b, "status --porcelain", "");
}

/* Killed while writing the second line: that effect was not begun. */
static void test_a_torn_line_never_counts_and_is_written_over(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };
	char *text;

	assert_int_equal(effect(ws, "one", &err), 0);
	text = box_get(b, EFFECTS);
	text = realloc(text, 64);
	assert_non_null(text);
	memcpy(text + strlen(text), "{\"what\": \"tw", 13);
	box_put(b, EFFECTS, text);
	free(text);
	assert_effects(ws, "one ");
	assert_int_equal(effect(ws, "three", &err), 0);
	assert_effects(ws, "one three ");
	box_put(b, EFFECTS, "{\"what\"");
	assert_effects(ws, "");
	assert_int_equal(effect(ws, "four", &err), 0);
	assert_effects(ws, "four ");
	workspace_free(ws);
}

static void test_a_long_torn_line_is_found_across_blocks(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };
	char *text = malloc(20000);

	assert_non_null(text);
	memset(text, 'x', 20000);
	memcpy(text, "{\"what\": \"one\"}\n", 16);
	text[19999] = '\0';
	box_put(b, EFFECTS, text);
	free(text);
	assert_int_equal(effect(ws, "two", &err), 0);
	assert_effects(ws, "one two ");
	workspace_free(ws);
}

static void test_visit_can_end_it_and_damage_is_named(void **state)
{
	static const char damaged[] = "{\"what\": \"one\"}\nnonsense\n";
	struct seen seen = { "", -77 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(effects_read(damaged, sizeof(damaged) - 1, "effects",
				      see, &seen, &err),
			 -77);
	assert_string_equal(seen.text, "one ");
	seen.stop = 0;
	assert_int_equal(effects_read(damaged, sizeof(damaged) - 1, "effects",
				      see, &seen, &err),
			 ERR_FORMAT);
	assert_non_null(strstr(err.msg, "effects:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_effects_are_kept_in_order_until_cleared),
		IN_A_BOX(test_a_torn_line_never_counts_and_is_written_over),
		IN_A_BOX(test_a_long_torn_line_is_found_across_blocks),
		cmocka_unit_test(test_visit_can_end_it_and_damage_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
