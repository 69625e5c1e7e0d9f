#ifndef CRATE_RUSTDOC_STREAM_H
#define CRATE_RUSTDOC_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/scan.h"
#include "crate/rustdoc/source.h"

/*
 * For open.c: a document on its way past, of which a window is in memory.  The
 * cursor is over the window; when a value does not end in it, the window moves
 * on, or becomes as large as the value.
 *
 * Pieces of the text are gone with the next call.
 */
struct stream {
	const struct rustdoc_source *from;
	struct scan scan;
	char *window; /* NULL: the whole text is in memory anyway */
	size_t cap;
	struct err err; /* why it cannot be read */
};

/* At the beginning of FROM, which must stay.  -1 without memory. */
int stream_init(struct stream *st, const struct rustdoc_source *from);
void stream_release(struct stream *st);
AUTO_RELEASE(struct stream, stream_release)

/* As the functions of scan.h, but for what is said above. */
char stream_peek(struct stream *st);
bool stream_member(struct stream *st, size_t *n, struct scan_text *key);
bool stream_end(struct stream *st);

/* The next value, in one piece. */
bool stream_value(struct stream *st, struct scan_text *value);

/* A cursor over such a value, whose positions are those of the document. */
struct scan stream_within(const struct stream *st,
			  const struct scan_text *value);

/* The failure of such a cursor becomes the stream's.  Returns false. */
bool stream_fail(struct stream *st, const struct scan *within);

/* Where a value is in the document. */
size_t stream_place(const struct stream *st, const struct scan_text *value);

#endif
