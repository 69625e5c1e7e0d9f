#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/strbuf.h"

struct arena;
struct err;
struct node;

/*
 * JSON that is small: records, views, cargo's metadata.  It is read by
 * base/scan.h straight into nodes, for a cohort has thousands of records, and
 * made and written by jansson.  rustdoc JSON has a reader of its own.
 */
enum {
	JSON_INPUT_MAX = 64 << 20, /* bytes of a document read here */
	JSON_DEPTH_MAX = 256,
};

/*
 * To be called before a value is made.  Where memory was lacking, a member that
 * nobody asked after is simply not there; json_write() and json_check() know.
 */
void json_start(void);

/*
 * ERR_NOMEM if jansson had no memory in this thread since the last time: what
 * was made meanwhile may lack something.
 */
int json_check(struct err *err);

/* AUTO(json_decrefp): jansson brings that clean-up itself */

/*
 * Read LEN bytes of JSON, called FILE in messages, into nodes of ARENA.
 * ERR_FORMAT with the place for anything that is not JSON, has a key twice,
 * a NUL in a string or nests too deeply.
 */
int json_read(const char *bytes, size_t len, const char *file,
	      struct arena *arena, const struct node **out, struct err *err);

/*
 * Append VALUE as text that is the same for equal values: sorted keys, one
 * space of indentation, a final newline.  For machine files and --json.
 */
int json_write(const json_t *value, struct strbuf *out, struct err *err);

/* The same on one line, without a newline. */
int json_write_line(const json_t *value, struct strbuf *out, struct err *err);

#endif
