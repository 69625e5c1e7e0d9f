#ifndef BASE_SKIP_H
#define BASE_SKIP_H

#include <stddef.h>

/*
 * For scan.c: from an opening bracket of JSON text to behind the one that
 * closes it.  Sixty-four bytes are looked at together, a bit for each: what is
 * in strings, and what opens and closes outside of them (after G. Langdale and
 * D. Lemire, "Parsing gigabytes of JSON per second", 2019).
 */
enum skip_end {
	SKIP_DONE,
	SKIP_CUT, /* the text ends before */
	SKIP_DEEP /* more than SCAN_DEPTH_MAX brackets inside each other */
};

/*
 * From *POS on, where the bracket is; *POS is behind its partner after, or at
 * LEN, or at the bracket that is one too many.  An enum skip_end.
 */
typedef int skip_fn(const char *text, size_t len, size_t *pos);

/* By the best that this processor has. */
skip_fn skip_brackets;

/*
 * All the ways there are, each with the same outcome; NULL behind the last that
 * this processor can go.
 */
skip_fn *skip_way(size_t n);

#endif
