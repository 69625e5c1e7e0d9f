#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct err;

/*
 * A growing byte string, always NUL-terminated.  It has a maximum size and
 * remembers a failed append, so a chain of appends needs one check at the
 * end: strbuf_ok() or strbuf_check().  Bytes may contain NUL.
 *
 * Owned by one thread.  `{ 0 }` is a valid empty buffer with the default
 * maximum, STRBUF_DEFAULT_MAX.
 */
struct strbuf {
	char *data; /* NULL until the first append; see strbuf_str() */
	size_t len; /* bytes, without the NUL */
	size_t cap;
	size_t max; /* 0: STRBUF_DEFAULT_MAX */
	int failed; /* 0, ERR_NOMEM or ERR_LIMIT: the first failure */
};

enum {
	STRBUF_DEFAULT_MAX = 64 << 20
};

void strbuf_init(struct strbuf *b, size_t max);
void strbuf_release(struct strbuf *b);
AUTO_RELEASE(struct strbuf, strbuf_release)

void strbuf_add(struct strbuf *b, const void *bytes, size_t len);
void strbuf_adds(struct strbuf *b, const char *s);
void strbuf_addc(struct strbuf *b, char c);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* The content, never NULL; valid until the next append or release. */
const char *strbuf_str(const struct strbuf *b);

/* Cut to LEN bytes, at most the present length; keeps the memory. */
void strbuf_truncate(struct strbuf *b, size_t len);

/* Make it empty and forget a failure; keeps the memory. */
void strbuf_reset(struct strbuf *b);

bool strbuf_ok(const struct strbuf *b);

/* 0, or the failure of an earlier append as ERR_NOMEM or ERR_LIMIT. */
int strbuf_check(const struct strbuf *b, struct err *err);

/* Take the bytes, to be free()d; the buffer is empty after.  NULL if failed. */
char *strbuf_take(struct strbuf *b);

#endif
