#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/terminal.h"

/* What a terminal without colour was given. */
struct screen {
	struct terminal t;
	char *text;
	size_t len;
};

static struct screen *screen;

static void open_screen(void)
{
	screen = calloc(1, sizeof(*screen));
	assert_non_null(screen);
	screen->t.out = open_memstream(&screen->text, &screen->len);
	assert_non_null(screen->t.out);
	screen->t.width = 20;
}

static void shows(const char *want)
{
	assert_int_equal(fclose(screen->t.out), 0);
	assert_string_equal(screen->text, want);
	free(screen->text);
	free(screen);
	screen = NULL;
}

static void test_printf_lets_nothing_steer_the_terminal(void **state)
{
	(void)state;
	open_screen();
	term_printf(&screen->t, "[%s]\n", "a\033[31mb\ac");
	term_printf(&screen->t, "[%s]\n",
		    "a\xc2\x9b"
		    "31m");
	term_printf(&screen->t, "[%s]\n",
		    "a\xe2\x80\xae"
		    "b\xe2\x80\x8b");
	term_printf(&screen->t, "[%s]\n", "a\x7f\r");
	shows("[a?[31mb?c]\n[a?31m]\n[a?b?]\n[a??]\n");
}

static void test_printf_keeps_names_and_marks_broken_bytes(void **state)
{
	(void)state;
	open_screen();
	term_printf(&screen->t, "%s|",
		    "Zo\xc3\xab \xe6\x97\xa5 \xf0\x9f\xa6\x80");
	term_printf(&screen->t, "%s|",
		    "a\xff"
		    "b\xc3");
	shows("Zo\xc3\xab \xe6\x97\xa5 \xf0\x9f\xa6\x80|a\xef\xbf\xbd"
	      "b\xef\xbf\xbd|");
}

static void test_field_cuts_and_fills_by_columns(void **state)
{
	static const struct {
		int columns;
		const char *text;
		const char *want;
	} cases[] = {
		{ 5, "ada", "ada  |" },
		{ -5, "ada", "  ada|" },
		{ 3, "ada", "ada|" },
		{ 3, "adam", "ad\xe2\x80\xa6|" },
		{ 5, "Zo\xc3\xab", "Zo\xc3\xab  |" },
		{ 5, "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac |" },
		{ 4, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
		  "\xe6\x97\xa5\xe2\x80\xa6 |" },
		{ 5, "e\xcc\x81t", "e\xcc\x81t   |" },
		{ 5, "", "     |" },
		{ 5, "a\033b", "a?b  |" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_screen();
		term_field(&screen->t, TERM_BOLD, cases[i].columns,
			   cases[i].text);
		fputc('|', screen->t.out);
		shows(cases[i].want);
	}
}

static void test_columns_are_those_of_the_sanitised_text(void **state)
{
	(void)state;
	assert_int_equal(term_columns(""), 0);
	assert_int_equal(term_columns("plain"), 5);
	assert_int_equal(term_columns("Zo\xc3\xab"), 3);
	assert_int_equal(term_columns("\xe6\x97\xa5x"), 3);
	assert_int_equal(term_columns("a\033b"), 3);
	assert_int_equal(term_columns("a\xff\xff"), 3);
}

static void test_wrap_breaks_between_words(void **state)
{
	(void)state;
	open_screen();
	term_wrap(&screen->t, 2,
		  "one two three four five unbreakablelongword x");
	shows("  one two three four\n  five\n  unbreakablelongword\n  x\n");
}

static void test_styled_colours_only_where_there_is_colour(void **state)
{
	(void)state;
	open_screen();
	term_styled(&screen->t, TERM_BOLD, "%s", "a");
	screen->t.colour = true;
	term_styled(&screen->t, TERM_PLAIN, "%s", "b");
	term_styled(&screen->t, TERM_BOLD, "%s", "c");
	assert_int_equal(fflush(screen->t.out), 0);
	assert_int_equal(strncmp(screen->text, "ab\033[", 4), 0);
	assert_non_null(strstr(screen->text, "mc\033[0m"));
	assert_int_equal(fclose(screen->t.out), 0);
	free(screen->text);
	free(screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printf_lets_nothing_steer_the_terminal),
		cmocka_unit_test(
			test_printf_keeps_names_and_marks_broken_bytes),
		cmocka_unit_test(test_field_cuts_and_fills_by_columns),
		cmocka_unit_test(test_columns_are_those_of_the_sanitised_text),
		cmocka_unit_test(test_wrap_breaks_between_words),
		cmocka_unit_test(
			test_styled_colours_only_where_there_is_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
