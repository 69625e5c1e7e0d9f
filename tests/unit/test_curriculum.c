#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/map.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/file.h"
#include "io/yaml.h"
#include "model/curriculum.h"

/* A whole course in the fewest words, with a place to spoil. */
struct plan {
	int week;	   /* the one that is special; 0: none */
	const char *text;  /* of its first lesson */
	const char *live;  /* instead of its second live session's covers */
	const char *extra; /* more lines of it */
	const char *last;  /* behind the file */
	int lessons;	   /* of it; 0: four */
	bool bare;	   /* without guests and club */
};

static const char long_text[] =
	"A text that is long enough to say what will happen in this slot.";

static void add_week(struct strbuf *out, const struct plan *p, int week)
{
	bool special = week == p->week;
	int lessons = special && p->lessons ? p->lessons : 4;

	strbuf_addf(out, "      - title: Week %d\n        text: %s\n", week,
		    long_text);
	strbuf_adds(out, "        lessons:\n");
	for (int i = 0; i < lessons; i++)
		strbuf_addf(out, "          - {title: Lesson, text: \"%s\"}\n",
			    special && i == 0 && p->text ? p->text : long_text);
	strbuf_addf(out,
		    "        live:\n"
		    "          - {title: Live one, covers: [1, 2]}\n"
		    "          - {title: Live two, covers: %s}\n",
		    special && p->live ? p->live : "[3, 4]");
	strbuf_addf(out, "        lab: {title: The lab, text: \"%s\"}\n",
		    long_text);
	if ((week == 5 || week == 11) && !p->bare)
		strbuf_addf(out,
			    "        guest: {who: Niko, title: Talk, "
			    "text: \"%s\", lesson: 4}\n",
			    long_text);
	if (week == 6 && !p->bare)
		strbuf_addf(out,
			    "        club: {who: Michael, title: Queue, "
			    "text: \"%s\"}\n",
			    long_text);
	if (week % 4 == 0)
		strbuf_adds(out, "        ships: something\n");
	if (special && p->extra)
		strbuf_adds(out, p->extra);
}

static void make(struct strbuf *out, const struct plan *p)
{
	strbuf_adds(out, "schema: 1\nphases:\n");
	for (int phase = 1; phase <= 3; phase++) {
		strbuf_addf(out,
			    "  - title: Phase\n    text: %s\n"
			    "    artifact: artifact_0%d\n    weeks:\n",
			    long_text, phase);
		for (int i = 1; i <= 4; i++)
			add_week(out, p, (phase - 1) * 4 + i);
	}
	strbuf_adds(out, p->last ? p->last : "");
}

static int read_text(const char *text, size_t len, struct curriculum **out,
		     struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;

	if (yaml_read(text, len, "c.yaml", &arena, &root, err) < 0)
		return err->code;
	return curriculum_read(root, out, err);
}

static struct curriculum *read_plan(const struct plan *p)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct curriculum *c = NULL;
	struct err err = { 0 };

	make(&text, p);
	if (read_text(text.data, text.len, &c, &err) < 0)
		fail_msg("%s", err.msg);
	return c;
}

static void refuses(const struct plan *p, const char *msg, const char *hint)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(curriculum_freep) struct curriculum *c = NULL;
	struct err err = { 0 };

	make(&text, p);
	assert_int_equal(read_text(text.data, text.len, &c, &err), ERR_FORMAT);
	assert_null(c);
	assert_string_equal(err.msg, msg);
	assert_string_equal(err.hint, hint);
}

static void test_read_numbers_weeks_lessons_and_sessions(void **state)
{
	AUTO(curriculum_freep)
	struct curriculum *c = read_plan(&(struct plan){ 0 });
	const struct week *w = curriculum_week(c, 5);

	(void)state;
	assert_int_equal(c->phases[1].first_week, 5);
	assert_int_equal(c->phases[1].last_week, 8);
	assert_int_equal(c->phases[1].artifact, ARTIFACT_02);
	assert_int_equal(w->phase, 2);
	assert_int_equal(w->lessons[0].number, 17);
	assert_int_equal(w->sessions[1].number, 10);
	assert_ptr_equal(w->sessions[1].covers[0], &w->lessons[2]);
	assert_ptr_equal(w->guest.lesson, &w->lessons[3]);
	assert_string_equal(curriculum_week(c, 1)->guest.title, "");
	assert_string_equal(curriculum_week(c, 4)->ships, "something");
	assert_int_equal(curriculum_week(c, 12)->lessons[3].number, 48);
	assert_int_equal(curriculum_session(c, 24)->number, 24);
	assert_null(curriculum_week(c, 0));
	assert_null(curriculum_week(c, 13));
	assert_null(curriculum_session(c, 0));
	assert_null(curriculum_session(c, 25));
}

static void test_read_refuses_another_count(void **state)
{
	(void)state;
	refuses(&(struct plan){ .week = 1, .lessons = 3 },
		"c.yaml:10:11: 3 lessons where the course has 4",
		"give each its place, if only with a title");
	refuses(&(struct plan){ .last = "  - title: Fourth\n    text: x\n"
					"    artifact: artifact_03\n"
					"    weeks: []\n" },
		"c.yaml:3:3: 4 phases where the course has 3",
		"give each its place, if only with a title");
}

static void test_read_refuses_what_it_does_not_know(void **state)
{
	(void)state;
	refuses(&(struct plan){ .week = 1, .extra = "        labb: 1\n" },
		"c.yaml:18:9: unknown key 'labb'", "did you mean 'lab'?");
	refuses(&(struct plan){ .week = 1, .live = "[3, 5]" },
		"c.yaml:16:43: 'covers' must list whole numbers from 1 to 4",
		"");
	refuses(&(struct plan){ .last = "schemas: 2\n" },
		"c.yaml:153:1: unknown key 'schemas'",
		"did you mean 'schema'?");
}

static void test_read_refuses_a_newer_schema(void **state)
{
	AUTO(curriculum_freep) struct curriculum *c = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_text("schema: 2\nphases: []\n", 21, &c, &err),
			 ERR_FORMAT);
	assert_string_equal(
		err.msg,
		"c.yaml:1:9: schema 2 is newer than this cohort knows (1)");
	assert_string_equal(err.hint, "install a newer cohort");
}

static void test_read_refuses_an_artifact_twice(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(curriculum_freep) struct curriculum *c = NULL;
	struct err err = { 0 };
	char *at;

	(void)state;
	make(&text, &(struct plan){ 0 });
	at = strstr(text.data, "artifact_02");
	at[10] = '1';
	assert_int_equal(read_text(text.data, text.len, &c, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "phase 2 builds artifact_01 as phase 1 "
					"does"));
}

static void finds(const struct plan *p, const char *id, const char *subject)
{
	AUTO(findings_releasep) struct findings f = { 0 };
	AUTO(curriculum_freep) struct curriculum *c = read_plan(p);
	struct err err = { 0 };

	assert_int_equal(curriculum_lint(c, &f, &err), 0);
	assert_true(f.count > 0);
	assert_string_equal(f.items[0].id, id);
	assert_string_equal(f.items[0].subject, subject);
	assert_int_equal(f.items[0].level, FINDING_DENY);
}

static void test_lint_has_nothing_to_say_of_a_full_plan(void **state)
{
	AUTO(findings_releasep) struct findings f = { 0 };
	AUTO(curriculum_freep)
	struct curriculum *c = read_plan(&(struct plan){ 0 });
	struct err err = { 0 };

	(void)state;
	assert_int_equal(curriculum_lint(c, &f, &err), 0);
	assert_int_equal(f.count, 0);
}

static void test_lint_finds_empty_slots(void **state)
{
	(void)state;
	finds(&(struct plan){ .week = 5, .text = "tbd" }, "empty-slot",
	      "week 5: lesson 17: text");
	finds(&(struct plan){ .week = 2,
			      .text = "... - ... - ... - ... - ..." },
	      "empty-slot", "week 2: lesson 5: text");
	finds(&(struct plan){ .week = 2, .live = "[]" }, "uncovered-lesson",
	      "week 2: lesson 7");
	finds(&(struct plan){ .week = 2, .live = "[1, 4]" }, "uncovered-lesson",
	      "week 2: lesson 7");
	finds(&(struct plan){ .bare = true }, "missing-guest", "week 5: guest");
}

static void test_lint_counts_guests_and_clubs_as_cover(void **state)
{
	AUTO(findings_releasep) struct findings f = { 0 };
	AUTO(curriculum_freep)
	struct curriculum *c =
		read_plan(&(struct plan){ .week = 5, .live = "[3]" });
	struct err err = { 0 };

	(void)state;
	assert_int_equal(curriculum_lint(c, &f, &err), 0);
	assert_int_equal(f.count, 0);
}

static void test_shipped_file_leaves_no_slot_empty(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(findings_releasep) struct findings f = { 0 };
	AUTO(curriculum_freep) struct curriculum *c = NULL;
	AUTO(map_releasep) struct map titles = { 0 };
	struct err err = { 0 };

	(void)state;
	if (file_read("config/curriculum.yaml", 1 << 20, &text, &err) < 0 ||
	    read_text(text.data, text.len, &c, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(curriculum_lint(c, &f, &err), 0);
	if (f.count > 0)
		fail_msg("%s: %s", f.items[0].subject, f.items[0].why);
	for (int w = 1; w <= CURRICULUM_WEEKS; w++) {
		const struct week *week = curriculum_week(c, w);

		for (int i = 0; i < CURRICULUM_LESSONS; i++) {
			const char *title = week->lessons[i].title;

			if (map_get(&titles, title))
				fail_msg("'%s' stands twice", title);
			assert_int_equal(map_put(&titles, title, c), 0);
		}
	}
	assert_int_equal(titles.count, 48);
	assert_string_equal(curriculum_week(c, 5)->guest.who, "Niko Matsakis");
	assert_string_equal(curriculum_week(c, 11)->guest.who,
			    "Stjepan Glavina");
	assert_string_equal(curriculum_week(c, 6)->club.who,
			    "Michael and Scott");
}

static void test_read_survives_any_failed_allocation(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const struct node *root = NULL;
	struct err err = { 0 };
	long nth = 0, total;

	(void)state;
	assert_int_equal(
		file_read("config/curriculum.yaml", 1 << 20, &text, &err), 0);
	assert_int_equal(
		yaml_read(text.data, text.len, "x", &arena, &root, &err), 0);
	do {
		struct curriculum *c = NULL;
		int rc;

		err_clear(&err);
		fault_alloc(++nth);
		rc = curriculum_read(root, &c, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, c ? 0 : ERR_NOMEM);
		curriculum_free(c);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_numbers_weeks_lessons_and_sessions),
		cmocka_unit_test(test_read_refuses_another_count),
		cmocka_unit_test(test_read_refuses_what_it_does_not_know),
		cmocka_unit_test(test_read_refuses_a_newer_schema),
		cmocka_unit_test(test_read_refuses_an_artifact_twice),
		cmocka_unit_test(test_lint_has_nothing_to_say_of_a_full_plan),
		cmocka_unit_test(test_lint_finds_empty_slots),
		cmocka_unit_test(test_lint_counts_guests_and_clubs_as_cover),
		cmocka_unit_test(test_shipped_file_leaves_no_slot_empty),
		cmocka_unit_test(test_read_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
