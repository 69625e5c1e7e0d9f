#ifndef CRATE_RUSTDOC_DOC_INTERNAL_H
#define CRATE_RUSTDOC_DOC_INTERNAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/sketch.h"
#include "crate/rustdoc/source.h"
#include "crate/rustdoc/table.h"
#include "crate/rustdoc/target.h"

/* For open.c and doc.c: what a document is made of. */

/* An item that was asked for. */
struct parsed {
	struct rustdoc_item *item;
	const char *text; /* from `inner` on; NULL: not read again yet */
};

struct known_path {
	const char *path;
	const char *kind;
};

/* A piece of a text that is not in memory, until the next one is read. */
struct piece {
	char *at;
	size_t cap;
	size_t begin;
	size_t size; /* 0: there is none */
};

struct rustdoc {
	struct rustdoc_source from;
	const char *name;
	uint32_t format;
	uint32_t root;
	bool has_format;
	bool has_root;
	bool has_private;
	const char *crate_version;
	const char *triple;	       /* or NULL */
	struct rustdoc_target target;  /* nothing until it is asked for */
	struct rustdoc_span target_at; /* size 0: that was done, or is none */
	struct hash target_hash;
	struct table index;
	struct table paths;
	struct sketches sketches;
	struct arena arena;
	struct map files;     /* names of source files, by themselves */
	struct parsed *items; /* entries hold their numbers */
	size_t item_count;
	size_t item_cap;
	struct known_path *known;
	size_t known_count;
	size_t known_cap;
	struct piece piece;
	struct scan recent;  /* over the text of the last cursor */
	struct scan failure; /* code 0: none */
	struct err unread;   /* why, if it is that text cannot be read */
};

/*
 * The item E of the index by the cursor, which is at its text.  NULL with the
 * failure kept.
 */
const struct rustdoc_item *rustdoc_parse(struct rustdoc *d, struct entry *e,
					 struct scan *s);

/* A failure while nobody had asked: it is not kept. */
void rustdoc_forgive(struct rustdoc *d);

#endif
