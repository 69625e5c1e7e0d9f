#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/same.h"

struct arena;
struct err;

/*
 * A cursor over JSON text (RFC 8259) that may be hundreds of megabytes, cut
 * off or hostile.  It pulls: the caller asks for what it expects next, and
 * scan_skip() passes over what nobody asked for at about a gigabyte a second.
 *
 * The first failure sticks: every later call returns false, so a chain of
 * calls needs one look at the end, scan_check().  What is skipped is only
 * balanced, not validated: that happens if somebody reads it.
 *
 * Positions are bytes from the start of TEXT, in messages from the start of
 * what TEXT is a piece of.  Nothing is owned.
 */
enum {
	SCAN_DEPTH_MAX = 1024, /* brackets inside each other */
};

struct scan {
	const char *text;
	size_t len;
	size_t base; /* where TEXT begins in what it is a piece of */
	size_t pos;
	const char *wanted; /* NULL, or what was expected and not found */
	size_t failed_at;
	int code; /* 0, ERR_FORMAT, ERR_LIMIT or ERR_NOMEM */
};

/* A piece of the text: a key without its quotes, or a whole value. */
struct scan_text {
	const char *at;
	size_t len;
};

void scan_init(struct scan *s, const char *text, size_t len);

/* Start over at POS, as when an item of an index is opened. */
void scan_seek(struct scan *s, size_t pos);

bool scan_ok(const struct scan *s);

/* 0, or the failure: "byte 17: a string is expected". */
int scan_check(const struct scan *s, struct err *err);

/* Record "byte N: WANTED is expected".  Returns false. */
bool scan_fail(struct scan *s, const char *wanted);

/* Record that there was no memory.  Returns false. */
bool scan_nomem(struct scan *s);

/* The first byte of the next value, white space passed; 0 at the end. */
char scan_peek(struct scan *s);

/*
 * Objects and arrays:
 *
 *	size_t n = 0;
 *	while (scan_member(&s, &n, &key))
 *		... exactly one value is read or skipped ...
 *
 * N counts and must start at 0: the first call passes the opening bracket,
 * the one that returns false the closing one.  Keys come as they are written,
 * escapes and all; scan_entry() has them decoded, in A.
 */
bool scan_member(struct scan *s, size_t *n, struct scan_text *key);
bool scan_entry(struct scan *s, size_t *n, struct arena *a, const char **key);
bool scan_element(struct scan *s, size_t *n);

/* Inline, so that a literal's length costs nothing: it is asked very often. */
static ATTR_INLINE bool text_is(const struct scan_text *t, const char *word)
{
	size_t len = strlen(word);

	return t->len == len && bytes_same(t->at, word, len);
}

static inline bool text_same(const struct scan_text *a,
			     const struct scan_text *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->at, b->at, a->len) == 0);
}

/* Pass over one value of any kind. */
bool scan_skip(struct scan *s);

/* The same, and say where it was. */
bool scan_value(struct scan *s, struct scan_text *out);

/* True, and passed, if the next value is null. */
bool scan_null(struct scan *s);

bool scan_bool(struct scan *s, bool *out);
bool scan_u32(struct scan *s, uint32_t *out);

/* The decoded string in A, NUL-terminated; a NUL inside is a failure. */
bool scan_string(struct scan *s, struct arena *a, const char **out);

/* The same; null gives NULL. */
bool scan_string_or_null(struct scan *s, struct arena *a, const char **out);

/* The bytes between the quotes, undecoded. */
bool scan_raw_string(struct scan *s, struct scan_text *out);

/* White space, and then nothing more. */
bool scan_end(struct scan *s);

#endif
