#ifndef BASE_SCHEMA_H
#define BASE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct err;
struct node;

/*
 * The keys of a configuration file as a table, from which it is read, its
 * mistakes are named, and its manual is printed.  A key that is missing leaves
 * its target as it was, so defaults are what the caller put there before.
 */
enum key_kind {
	KEY_STR,   /* const char * */
	KEY_INT,   /* int, within min and max */
	KEY_U32,   /* uint32_t, within min and max */
	KEY_SIZE,  /* uint64_t: bytes, or "64M" */
	KEY_BOOL,  /* bool */
	KEY_DATE,  /* struct civil: 2027-01-12 */
	KEY_CLOCK, /* struct schema_clock: "17:00" */
	KEY_WORD,  /* int: the place in `words` */
	KEY_STRS,  /* struct schema_strs: a list of strings */
	KEY_INTS,  /* struct schema_ints: a list of numbers, min to max */
	KEY_MAP,   /* a struct of its own, read by `sub` */
	KEY_LIST   /* struct schema_list: maps, each read by `sub` */
};

enum {
	KEY_REQUIRED = 1
};

struct schema_clock {
	int hour;
	int minute;
};

struct schema_strs {
	const char *const *items;
	size_t count;
};

struct schema_ints {
	const int *items;
	size_t count;
};

/* Items of the sub-table's size, one after the other, in the arena. */
struct schema_list {
	void *items;
	size_t count;
	const struct node *node; /* for places in messages */
};

struct key {
	const char *name; /* NULL ends a table */
	enum key_kind kind;
	unsigned flags;
	size_t offset;
	const char *help; /* a phrase for the manual, no full stop */
	int64_t min;
	int64_t max;
	const char *const *words; /* NULL-terminated */
	const struct key *sub;
	size_t item_size;	   /* KEY_LIST */
	const void *item_defaults; /* KEY_LIST: copied first, or NULL: zeros */
};

/* Text values are copied into ARENA, and refused with control characters. */
int schema_read(const struct node *map, const struct key *keys,
		struct arena *arena, void *out, struct err *err);

/*
 * `schema: N` of a whole file, which every one carries: newer than KNOWN is
 * refused with what to do.
 */
int schema_version(const struct node *root, int known, struct err *err);

/* The table as an mdoc list, its sub-tables inside. */
void schema_manual(FILE *out, const struct key *keys);

#endif
