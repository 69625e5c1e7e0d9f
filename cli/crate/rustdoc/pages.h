#ifndef CRATE_RUSTDOC_PAGES_H
#define CRATE_RUSTDOC_PAGES_H

#include <stddef.h>

#include "crate/rustdoc/doc.h"

struct arena;
struct err;

/*
 * For doc.c: what of a mapped text is in memory, as far as is known, and what
 * can go.  First the text is read in its order, once or several times; after
 * pages_end() here and there.
 */
struct pages {
	rustdoc_forget *forget; /* NULL: everything stays */
	const char *text;
	size_t len;
	struct arena *arena;
	size_t step;   /* after so many bytes what was read is forgotten */
	size_t behind; /* up to here all is forgotten */
	unsigned char *windows; /* those looked at since, by number */
	size_t window_count;
	size_t touched;
	size_t most; /* of them in memory */
};

/* In A; NULL without memory. */
struct pages *pages_new(struct arena *a, const char *text, size_t len,
			rustdoc_forget *forget);

/* It is read from its beginning on; so far up to POS. */
void pages_begin(struct pages *p);
void pages_up_to(struct pages *p, size_t pos);

/* From now on it is read here and there. */
int pages_end(struct pages *p, struct err *err);

/* SIZE bytes from BEGIN on are about to be looked at. */
void pages_look_at(struct pages *p, size_t begin, size_t size);

#endif
