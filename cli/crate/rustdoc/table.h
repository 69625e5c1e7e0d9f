#ifndef CRATE_RUSTDOC_TABLE_H
#define CRATE_RUSTDOC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* For doc.c: where the entries of `index` or `paths` lie in the text. */

/* Size 0: there is none. */
struct entry {
	uint32_t id;
	uint32_t begin;
	uint32_t size;
	uint32_t cached; /* 1 more than its number among the parsed */
};

/*
 * Entries by id.  rustdoc numbers ids without gaps worth mentioning, so the
 * table is indexed by id; if they are sparse all the same, or few of the ids
 * have one, it is sorted and searched.  `{ 0 }` is empty.
 */
struct table {
	struct entry *entries;
	size_t count; /* of entries, unused ones included */
	size_t cap;
	uint32_t top; /* the greatest id */
	bool by_id;
	bool is_sparse; /* absurdly so */
};

/* The ids of a table that is by id, in the order of the text. */
struct places {
	uint32_t *at;
	size_t count;
};

/* 0, or -1 without memory. */
int table_add(struct table *t, const struct entry *e);

/*
 * From the order in the text to one that can be searched.  *PLACES, to be
 * free()d, has that order if the table is by id now; without PLACES it is so
 * only if it takes less memory.  ERR_FORMAT if WHAT has an id twice.
 */
int table_finish(struct table *t, struct places *places, const char *what,
		 struct err *err);

/* NULL if there is none. */
struct entry *table_find(const struct table *t, uint32_t id);

void table_release(struct table *t);

#endif
