#ifndef CRATE_MANIFEST_TOML_SCAN_H
#define CRATE_MANIFEST_TOML_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/node.h"
#include "crate/manifest/toml.h"

struct arena;
struct err;

/*
 * The bytes of a document and how far they are read: what the two halves of
 * the TOML reader share.  Private to toml*.c.
 */
struct toml_scan {
	const char *bytes; /* valid UTF-8 */
	size_t len;
	size_t pos;
	uint32_t line;
	size_t line_start; /* where that line begins */
	size_t column_pos; /* columns are counted up to here ... */
	uint32_t column;   /* ... and this is the one of column_pos */
	const char *file;  /* of the arena */
	enum toml_version version;
	struct arena *arena;
	struct err *err;
};

/* The byte AHEAD of the position, or 0 past the end (text has no NUL). */
char toml_peek(const struct toml_scan *s, size_t ahead);

/* Record CODE at the present place.  Returns the code. */
int toml_fail(struct toml_scan *s, int code, const char *fmt, ...)
	ATTR_PRINTF(3, 4);

/* A node of the arena that begins here; NULL without memory, reported. */
struct node *toml_node(struct toml_scan *s, enum node_kind kind);

void toml_skip_blanks(struct toml_scan *s);

/* Step over "\n" or "\r\n" if that is what stands here. */
bool toml_skip_newline(struct toml_scan *s);

/* Step over a comment if one begins here; 0 or ERR_FORMAT. */
int toml_skip_comment(struct toml_scan *s);

/* Blanks, comments and newlines. */
int toml_skip_lines(struct toml_scan *s);

/* One part of a key, as a NODE_STR: bare or in quotes. */
int toml_key_part(struct toml_scan *s, struct node **out);

/* The string that begins here, of any of the four kinds. */
int toml_string(struct toml_scan *s, struct node **out);

/* The boolean, number, date or time that begins here. */
int toml_scalar(struct toml_scan *s, struct node **out);

#endif
