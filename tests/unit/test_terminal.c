#define _XOPEN_SOURCE 700 /* pseudo-terminals */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/terminal.h"
#include "fault.h"

/* What was printed since the last look. */
static char seen[8192];
static FILE *sink;

static struct terminal open_terminal(enum term_colour colour)
{
	struct terminal t;

	sink = tmpfile();
	assert_non_null(sink);
	terminal_init(&t, sink, colour);
	return t;
}

static const char *shown(void)
{
	size_t len;

	assert_int_equal(fflush(sink), 0);
	rewind(sink);
	len = fread(seen, 1, sizeof(seen) - 1, sink);
	seen[len] = '\0';
	fclose(sink);
	return seen;
}

static int forget_environment(void **state)
{
	(void)state;
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	return 0;
}

static void test_terminal_init_of_a_file_is_plain(void **state)
{
	struct terminal t = open_terminal(TERM_AUTO);

	(void)state;
	assert_false(t.is_tty);
	assert_false(t.colour);
	assert_int_equal(t.width, 80);
	term_styled(&t, TERM_BAD, "x");
	assert_string_equal(shown(), "x");
}

static void test_terminal_init_takes_columns_within_reason(void **state)
{
	static const struct {
		const char *columns;
		unsigned width;
	} cases[] = { { "100", 100 },
		      { "3", 40 },
		      { "100000", 400 },
		      { "x", 80 },
		      { "", 80 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct terminal t;

		setenv("COLUMNS", cases[i].columns, 1);
		t = open_terminal(TERM_NEVER);
		assert_int_equal(t.width, cases[i].width);
		shown();
	}
	unsetenv("COLUMNS");
}

/* The colour of a terminal_init(AUTO) on the slave of a pseudo-terminal. */
static bool colour_on_a_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	struct terminal t;
	FILE *slave;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		skip();
	slave = fopen(ptsname(master), "w");
	if (!slave)
		skip();
	terminal_init(&t, slave, TERM_AUTO);
	assert_true(t.is_tty);
	fclose(slave);
	close(master);
	return t.colour;
}

static void test_terminal_init_honours_the_environment(void **state)
{
	(void)state;
	assert_true(colour_on_a_terminal());
	setenv("NO_COLOR", "", 1); /* empty: as if it were not set */
	assert_true(colour_on_a_terminal());
	setenv("NO_COLOR", "1", 1);
	assert_false(colour_on_a_terminal());
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	assert_false(colour_on_a_terminal());
	unsetenv("TERM");
	assert_false(colour_on_a_terminal());
	setenv("TERM", "xterm", 1);
}

static void test_term_printf_makes_foreign_text_harmless(void **state)
{
	static const struct {
		const char *text, *out;
	} cases[] = {
		{ "Zo\xc3\xab \xe5\xae\x89", "Zo\xc3\xab \xe5\xae\x89" },
		{ "a\033[2Jb", "a?[2Jb" },
		{ "a\rb\x07\x08\x7f", "a?b???" },
		{ "a\xc2\x9b"
		  "2J",
		  "a?2J" }, /* a C1 control */
		{ "a\xe2\x80\xae"
		  "b",
		  "a?b" }, /* turns text round */
		{ "a\xe2\x80\x8b"
		  "b",
		  "a?b" },		     /* has no width */
		{ "\xef\xbb\xbf", "?" },     /* byte order */
		{ "\xf3\xa0\x80\xa1", "?" }, /* a tag */
		{ "a\x9b"
		  "b\xff",
		  "a\xef\xbf\xbd"
		  "b\xef\xbf\xbd" }, /* no UTF-8 */
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct terminal t = open_terminal(TERM_NEVER);

		term_printf(&t, "%s", cases[i].text);
		assert_string_equal(shown(), cases[i].out);
	}
}

static void test_term_printf_keeps_lines_and_tabs_of_the_format(void **state)
{
	struct terminal t = open_terminal(TERM_NEVER);

	(void)state;
	term_printf(&t, "a\n\tb %d\n\n", 5);
	assert_string_equal(shown(), "a\n\tb 5\n\n");
}

static void test_term_printf_prints_what_is_long(void **state)
{
	struct terminal t = open_terminal(TERM_NEVER);
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	term_printf(&t, "%s.", text);
	assert_int_equal(strlen(shown()), sizeof(text));
}

static void test_term_printf_without_memory_is_cut(void **state)
{
	struct terminal t = open_terminal(TERM_NEVER);
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fault_alloc(1);
	term_printf(&t, "%s", text);
	fault_alloc(0);
	assert_true(t.cut);
	assert_int_equal(strlen(shown()), 511);
}

static void test_term_output_takes_no_memory_otherwise(void **state)
{
	struct terminal t = open_terminal(TERM_ALWAYS);

	(void)state;
	fault_alloc(1);
	term_printf(&t, "%s\n", "some words");
	term_field(&t, TERM_GOOD, 4, "a field");
	term_wrap(&t, 0, "a b");
	assert_int_equal(fault_count(), 0);
	fault_alloc(0);
	assert_false(t.cut);
	assert_string_equal(shown(), "some words\n\033[32ma f\xe2\x80\xa6"
				     "\033[0ma b\n");
}

static void test_term_styled_colours_and_ends_it(void **state)
{
	struct terminal t = open_terminal(TERM_ALWAYS);

	(void)state;
	term_styled(&t, TERM_GOOD, "a%s", "\033b");
	term_styled(&t, TERM_PLAIN, "c");
	assert_string_equal(shown(), "\033[32ma?b\033[0mc");
}

static void test_term_columns_counts_what_is_shown(void **state)
{
	(void)state;
	assert_int_equal(term_columns(""), 0);
	assert_int_equal(term_columns("abc"), 3);
	assert_int_equal(term_columns("Zo\xc3\xab"), 3);
	assert_int_equal(term_columns("e\xcc\x81"), 1);	   /* combined */
	assert_int_equal(term_columns("\xe5\xae\x89"), 2); /* wide */
	assert_int_equal(term_columns("\xff\033"), 2);
}

static void test_term_field_fills_and_cuts(void **state)
{
	static const struct {
		const char *text;
		int columns;
		const char *out;
	} cases[] = {
		{ "ab", 4, "ab  |" },
		{ "ab", -4, "  ab|" },
		{ "abcd", 4, "abcd|" },
		{ "abcde", 4, "abc\xe2\x80\xa6|" },
		{ "abcde", -4, "abc\xe2\x80\xa6|" },
		{ "\xe5\xae\x89\xe5\xae\x89", 3, "\xe5\xae\x89\xe2\x80\xa6|" },
		{ "a\xe5\xae\x89"
		  "b",
		  3, "a\xe2\x80\xa6 |" },
		{ "", 2, "  |" },
		{ "abc", 0, "|" },
		{ "a\nb", 3, "a?b|" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct terminal t = open_terminal(TERM_NEVER);

		term_field(&t, TERM_BOLD, cases[i].columns, cases[i].text);
		term_printf(&t, "|");
		assert_string_equal(shown(), cases[i].out);
	}
}

static void test_term_field_colours_the_text_alone(void **state)
{
	struct terminal t = open_terminal(TERM_ALWAYS);

	(void)state;
	term_field(&t, TERM_BAD, -3, "x");
	term_field(&t, TERM_BAD, 3, "y");
	assert_string_equal(shown(), "  \033[31mx\033[0m\033[31my\033[0m  ");
}

static void test_term_wrap_breaks_between_words(void **state)
{
	struct terminal t = open_terminal(TERM_NEVER);

	(void)state;
	t.width = 12;
	term_wrap(&t, 2, "one two three\nfour averyverylongword five");
	assert_string_equal(shown(), "  one two\n  three\n  four\n"
				     "  averyverylongword\n  five\n");
}

static void test_term_wrap_is_not_led_by_blanks(void **state)
{
	struct terminal t = open_terminal(TERM_NEVER);

	(void)state;
	term_wrap(&t, 2, " a  b\n\n c ");
	assert_string_equal(shown(), "  a b\n\n  c\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal_init_of_a_file_is_plain),
		cmocka_unit_test(
			test_terminal_init_takes_columns_within_reason),
		cmocka_unit_test(test_terminal_init_honours_the_environment),
		cmocka_unit_test(test_term_printf_makes_foreign_text_harmless),
		cmocka_unit_test(
			test_term_printf_keeps_lines_and_tabs_of_the_format),
		cmocka_unit_test(test_term_printf_prints_what_is_long),
		cmocka_unit_test(test_term_printf_without_memory_is_cut),
		cmocka_unit_test(test_term_output_takes_no_memory_otherwise),
		cmocka_unit_test(test_term_styled_colours_and_ends_it),
		cmocka_unit_test(test_term_columns_counts_what_is_shown),
		cmocka_unit_test(test_term_field_fills_and_cuts),
		cmocka_unit_test(test_term_field_colours_the_text_alone),
		cmocka_unit_test(test_term_wrap_breaks_between_words),
		cmocka_unit_test(test_term_wrap_is_not_led_by_blanks),
	};

	return cmocka_run_group_tests(tests, forget_environment, NULL);
}
