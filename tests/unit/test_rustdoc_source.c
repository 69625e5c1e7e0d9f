#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"

/* ---- a text that is read piece by piece */

static struct strbuf text;

/* How it is read, and what becomes of it meanwhile. */
static struct reading {
	size_t calls;
	size_t bytes;
	size_t most;	    /* bytes in one call */
	size_t fails_from;  /* this call fails, and those after it; 0: none */
	size_t spoilt_from; /* from this call on bytes are other ones */
	size_t stride;	    /* each of so many */
} reading;

static int read_text(void *context, size_t at, char *buf, size_t size,
		     struct err *err)
{
	struct reading *r = context;

	assert_true(size > 0);
	assert_true(at <= text.len && size <= text.len - at);
	r->bytes += size;
	if (size > r->most)
		r->most = size;
	if (++r->calls >= r->fails_from && r->fails_from > 0)
		return err_set(err, ERR_IO, "the disk is gone");
	memcpy(buf, text.data + at, size);
	if (r->spoilt_from > 0 && r->calls >= r->spoilt_from)
		for (size_t i = r->calls % r->stride; i < size; i += r->stride)
			buf[i] = "{}[]\",0x"[(i + r->calls) % 8];
	return 0;
}

static int open_text(size_t window, struct rustdoc **out, struct err *err)
{
	const struct rustdoc_source from = { .len = text.len,
					     .read = read_text,
					     .context = &reading,
					     .window = window };

	return rustdoc_open_source(&from, "new.json", out, err);
}

/* A module of functions; half of them mention a type. */
static void write_functions(unsigned count, unsigned docs)
{
	strbuf_init(&text, 64u << 20);
	strbuf_adds(&text, "{\"root\":0,\"includes_private\":true,\"index\":{");
	for (unsigned i = count; i > 0; i--)
		strbuf_addf(&text,
			    "\"%u\":{\"id\":%u,\"crate_id\":0,\"name\":\"f%u\","
			    "\"span\":{\"filename\":\"src/%u.rs\",\"begin\":"
			    "[%u,1],\"end\":[1,1]},\"visibility\":\"public\","
			    "\"docs\":\"%*s\",\"links\":{},\"attrs\":[],"
			    "\"deprecation\":null,\"inner\":{\"function\":{"
			    "\"sig\":{\"inputs\":[[\"x\",{\"resolved_path\":{"
			    "\"path\":\"S\",\"id\":%u,\"args\":null}}]],"
			    "\"output\":null},\"has_body\":%s}}},",
			    i, i, i, i % 7, i, (int)docs, "", i % 2 ? 1 : 7777,
			    i % 2 ? "true" : "false");
	strbuf_adds(&text, "\"0\":{\"id\":0,\"crate_id\":0,\"name\":\"k\","
			   "\"inner\":{\"module\":{\"items\":[1");
	for (unsigned i = 2; i <= count; i++)
		strbuf_addf(&text, ",%u", i);
	strbuf_adds(&text,
		    "]}}}},\"paths\":{\"1\":{\"crate_id\":0,\"path\":"
		    "[\"k\",\"f1\"],\"kind\":\"function\"}},"
		    "\"more\":[[1,2,3,4,5,6,7,8,9],\"}\"],"
		    "\"crate_version\":\"1.2.3\",\"format_version\":57}");
	assert_true(strbuf_ok(&text));
	reading = (struct reading){ 0 };
}

static void same_items(struct rustdoc *a, struct rustdoc *b)
{
	assert_int_equal(rustdoc_count(a), rustdoc_count(b));
	for (size_t i = rustdoc_count(a); i-- > 0;) {
		uint32_t id = rustdoc_id_at(a, i);
		const struct rustdoc_item *x = rustdoc_item(a, id);
		const struct rustdoc_item *y = rustdoc_item(b, id);
		struct scan_text p, q;
		struct hash h, k;
		bool expr;

		assert_int_equal(rustdoc_id_at(b, i), id);
		assert_non_null(x);
		assert_non_null(y);
		assert_string_equal(x->name, y->name);
		assert_int_equal(x->line, y->line);
		assert_int_equal(rustdoc_has_body(b, id), id % 2);
		assert_int_equal(rustdoc_hash(a, id, &h, &expr), id % 2);
		assert_int_equal(rustdoc_hash(b, id, &k, &expr), id % 2);
		if (id % 2)
			assert_true(hash_same(&h, &k));
		if (id == 0)
			continue;
		assert_true(rustdoc_text(a, x->as.function.params[0].type, &p));
		assert_true(rustdoc_text(b, y->as.function.params[0].type, &q));
		assert_true(text_same(&p, &q));
		assert_memory_equal(p.at, "{\"resolved_path\"", 16);
	}
}

static void test_open_source_reads_the_same_by_any_window(void **state)
{
	struct rustdoc *whole = NULL;
	struct err err = { 0 };

	(void)state;
	write_functions(40, 20);
	assert_int_equal(rustdoc_open(text.data, text.len, "x", &whole, &err),
			 0);
	for (size_t window = 1; window < 1500; window += window / 3 + 1) {
		struct rustdoc *d = NULL;
		const char *path, *kind;

		assert_int_equal(open_text(window, &d, &err), 0);
		same_items(whole, d);
		assert_string_equal(rustdoc_crate_version(d), "1.2.3");
		assert_true(rustdoc_path(d, 1, &path, &kind));
		assert_string_equal(path, "k::f1");
		assert_int_equal(rustdoc_check(d, &err), 0);
		rustdoc_free(d);
	}
	rustdoc_free(whole);
	strbuf_release(&text);
}

static void test_open_source_reads_most_of_a_text_once(void **state)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };
	size_t opened;

	(void)state;
	write_functions(2000, 2000);
	assert_int_equal(open_text(0, &d, &err), 0);
	opened = reading.bytes;
	assert_true(reading.most <= 1 << 18);
	/* functions are read once more: they stand in a module */
	assert_in_range(opened, text.len, text.len * 2);
	for (uint32_t id = 1; id <= 2000; id++)
		assert_non_null(rustdoc_item(d, id));
	assert_int_equal(reading.bytes, opened);
	rustdoc_free(d);
	strbuf_release(&text);
}

static void test_open_source_names_the_byte_in_the_document(void **state)
{
	struct err want = { 0 };

	(void)state;
	for (size_t cut = 1; cut < 3000; cut += 37) {
		struct rustdoc *d = NULL;
		struct err err = { 0 };

		write_functions(20, 5);
		text.data[text.len - cut] = '~';
		err_clear(&want);
		(void)rustdoc_open(text.data, text.len, "new.json", &d, &want);
		rustdoc_free(d);
		d = NULL;
		assert_int_equal(open_text(100, &d, &err), want.code);
		assert_string_equal(err.msg, want.msg);
		rustdoc_free(d);
		strbuf_release(&text);
	}
}

static void test_open_source_says_why_it_cannot_be_read(void **state)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };

	(void)state;
	write_functions(20, 5);
	reading.fails_from = 3;
	assert_int_equal(open_text(512, &d, &err), ERR_IO);
	assert_null(d);
	assert_string_equal(err.msg, "new.json: the disk is gone");
	strbuf_release(&text);
}

/* The cursor has failed, and what it was for is told in the end. */
static void test_cursor_says_why_text_cannot_be_read_again(void **state)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };
	const struct rustdoc_item *f;
	struct scan s;

	(void)state;
	write_functions(20, 5);
	assert_int_equal(open_text(512, &d, &err), 0);
	f = rustdoc_item(d, 3);
	assert_non_null(f);
	reading.fails_from = 1;
	assert_false(rustdoc_cursor(d, f->as.function.params[0].type, &s));
	assert_false(scan_ok(&s));
	assert_int_equal(rustdoc_check(d, &err), ERR_IO);
	assert_string_equal(err.msg, "new.json: the disk is gone");
	rustdoc_free(d);
	strbuf_release(&text);
}

static void test_cursor_fails_outside_of_items(void **state)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };
	struct scan s;

	(void)state;
	write_functions(3, 5);
	assert_int_equal(open_text(512, &d, &err), 0);
	assert_false(rustdoc_cursor(d, (struct rustdoc_span){ 1, 4 }, &s));
	assert_false(scan_ok(&s));
	assert_false(rustdoc_cursor(
		d, (struct rustdoc_span){ (uint32_t)text.len - 1, 4 }, &s));
	assert_true(rustdoc_cursor(d, (struct rustdoc_span){ 0, 0 }, &s));
	assert_true(scan_ok(&s));
	rustdoc_free(d);
	strbuf_release(&text);
}

/* A file that somebody writes to meanwhile says anything; nothing crashes. */
static void test_document_survives_a_text_that_changes(void **state)
{
	(void)state;
	write_functions(30, 5);
	for (size_t from = 1; from < 60; from++) {
		for (size_t stride = 3; stride < 300; stride *= 2) {
			struct rustdoc *d = NULL;
			struct err err = { 0 };

			reading = (struct reading){ .spoilt_from = from,
						    .stride = stride };
			if (open_text(700, &d, &err) < 0)
				continue;
			for (size_t i = 0; i < rustdoc_count(d); i++) {
				const struct rustdoc_item *it =
					rustdoc_item(d, rustdoc_id_at(d, i));
				struct scan s;

				if (!it || it->kind != RUSTDOC_FUNCTION ||
				    it->as.function.param_count == 0)
					continue;
				if (rustdoc_cursor(d,
						   it->as.function.params->type,
						   &s))
					(void)scan_skip(&s);
			}
			rustdoc_free(d);
		}
	}
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_source_reads_the_same_by_any_window),
		cmocka_unit_test(test_open_source_reads_most_of_a_text_once),
		cmocka_unit_test(
			test_open_source_names_the_byte_in_the_document),
		cmocka_unit_test(test_open_source_says_why_it_cannot_be_read),
		cmocka_unit_test(
			test_cursor_says_why_text_cannot_be_read_again),
		cmocka_unit_test(test_cursor_fails_outside_of_items),
		cmocka_unit_test(test_document_survives_a_text_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
