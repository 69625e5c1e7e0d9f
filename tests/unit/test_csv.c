#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "model/csv.h"

static struct csv *read_text(const char *text, struct err *err)
{
	struct csv *c = NULL;

	*err = (struct err){ 0 };
	(void)csv_read(text, strlen(text), "r.csv", &c, err);
	return c;
}

static void test_csv_read_takes_what_spreadsheets_write(void **state)
{
	static const char *const texts[] = {
		"handle,name\nada,Ada L.\nbob,\"B, \"\"Bob\"\"\"\n",
		"handle,name\r\nada,Ada L.\r\nbob,\"B, \"\"Bob\"\"\"",
		("\xef\xbb\xbfhandle,name\n\n\"ada\",\"Ada L.\"\n\nbob,\"B, "
		 "\"\"Bob\"\"\"\n\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct err err;
		struct csv *c = read_text(texts[i], &err);

		assert_string_equal(err.msg, "");
		assert_int_equal(c->columns, 2);
		assert_int_equal(c->count, 2);
		assert_int_equal(csv_column(c, "name"), 1);
		assert_int_equal(csv_column(c, "Name"), -1);
		assert_string_equal(c->rows[0].cells[1], "Ada L.");
		assert_string_equal(c->rows[1].cells[1], "B, \"Bob\"");
		csv_free(c);
	}
}

static void test_csv_read_counts_lines_over_empty_ones(void **state)
{
	struct err err;
	struct csv *c = read_text("a\n\n\nx\n", &err);

	(void)state;
	assert_int_equal(c->rows[0].line, 4);
	csv_free(c);
}

static void test_csv_read_names_line_and_reason(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "", "r.csv:1: empty: a header line is wanted" },
		{ "a,b\n1\n", "r.csv:2: 1 cells where the header has 2" },
		{ "a,b\n1,2\n1,2,3\n",
		  "r.csv:3: 3 cells where the header has 2" },
		{ "a,a\n", "r.csv:1: column 'a' stands twice" },
		{ "a\n\"x\n", "r.csv:2: a control character in a cell" },
		{ "a\n\"x", "r.csv:2: a quote is not closed" },
		{ "a\n\"x\"y\n", "r.csv:2: text after a closing quote" },
		{ "a\nx\"y\n", "r.csv:2: a quote inside a cell: put the cell "
			       "in quotes and double it" },
		{ "a\nx\033[31m\n", "r.csv:2: a control character in a cell" },
		{ "a\n\xff\n", "r.csv: not UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;

		assert_null(read_text(cases[i].text, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(err.msg, cases[i].message);
	}
}

static void test_csv_read_bounds_columns_and_cells(void **state)
{
	AUTO(strbuf_releasep) struct strbuf wide = { 0 };
	AUTO(strbuf_releasep) struct strbuf longest = { 0 };
	struct err err;

	(void)state;
	for (int i = 0; i < 65; i++)
		strbuf_addf(&wide, "%sc%d", i ? "," : "", i);
	assert_null(read_text(strbuf_str(&wide), &err));
	assert_string_equal(err.msg, "r.csv:1: more than 64 columns");
	strbuf_adds(&longest, "a\n");
	for (int i = 0; i <= CSV_CELL_MAX; i++)
		strbuf_addc(&longest, 'x');
	assert_null(read_text(strbuf_str(&longest), &err));
	assert_string_equal(err.msg, "r.csv:2: a cell is too long");
}

static void test_csv_put_guards_formulas_and_reads_back(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err;
	struct csv *c;

	(void)state;
	csv_put(&out, 0, "handle");
	csv_put(&out, 1, "name");
	csv_end_line(&out);
	csv_put(&out, 0, "=1+2");
	csv_put(&out, 1, "O\"Hara, Scarlett");
	csv_end_line(&out);
	assert_string_equal(strbuf_str(&out),
			    "handle,name\r\n"
			    "\"'=1+2\",\"O\"\"Hara, Scarlett\"\r\n");
	c = read_text(strbuf_str(&out), &err);
	assert_string_equal(c->rows[0].cells[0], "'=1+2");
	assert_string_equal(c->rows[0].cells[1], "O\"Hara, Scarlett");
	csv_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_read_takes_what_spreadsheets_write),
		cmocka_unit_test(test_csv_read_counts_lines_over_empty_ones),
		cmocka_unit_test(test_csv_read_names_line_and_reason),
		cmocka_unit_test(test_csv_read_bounds_columns_and_cells),
		cmocka_unit_test(test_csv_put_guards_formulas_and_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
