#ifndef CRATE_RUSTDOC_TABLE_H
#define CRATE_RUSTDOC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* For doc.c: where the entries of `index` or `paths` lie in the text. */
struct entry {
	uint32_t id;
	uint32_t begin;
	uint32_t size;
	uint32_t cached; /* 1 more than its number among the parsed */
};

/*
 * Entries in the order of the text, found by their ids.  rustdoc numbers ids
 * without gaps worth mentioning, so they are looked up in a list; if they are
 * sparse all the same, they are searched.  `{ 0 }` is empty.
 */
struct table {
	struct entry *entries;
	size_t count;
	size_t cap;
	/* By id: 1 more than the number of its entry, 0 if there is none. */
	uint32_t *numbers;
	size_t number_count;
	bool is_sparse; /* they are numbers in the order of the ids instead */
};

/* Room for COUNT of them, if there is memory: so they are not moved often. */
void table_reserve(struct table *t, size_t count);

/* 0, or -1 without memory. */
int table_add(struct table *t, const struct entry *e);

/* From now on they can be found.  ERR_FORMAT if WHAT has an id twice. */
int table_finish(struct table *t, const char *what, struct err *err);

/* NULL if there is none. */
struct entry *table_find(const struct table *t, uint32_t id);

/* The entry that has the byte at PLACE; NULL if none has. */
struct entry *table_at(const struct table *t, uint32_t place);

/* An entry's number. */
static inline size_t table_number(const struct table *t, const struct entry *e)
{
	return (size_t)(e - t->entries);
}

void table_release(struct table *t);

#endif
