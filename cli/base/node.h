#ifndef BASE_NODE_H
#define BASE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;

/*
 * The value language: YAML and JSON are both read into it, so that what reads
 * a configuration cannot tell them apart and every complaint names its place.
 *
 * A tree is immutable once read and lives in the arena it was read into;
 * `file` is the display name and belongs to the same arena.
 */
enum node_kind {
	NODE_NULL,
	NODE_BOOL,
	NODE_INT,
	NODE_REAL,
	NODE_STR,
	NODE_LIST,
	NODE_MAP
};

struct node;

struct node_entry {
	const struct node *key; /* always NODE_STR */
	const struct node *value;
};

struct node {
	enum node_kind kind;
	const char *file;
	uint32_t line;	 /* from 1; 0 for JSON */
	uint32_t column; /* from 1, in characters */
	size_t begin;	 /* byte offsets in the source; 0, 0 for JSON */
	size_t end;
	bool quoted; /* a YAML scalar in quotes: always a string */
	bool flow;   /* stands inside a [] or {} of YAML */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct {
			const char *bytes; /* NUL-terminated, no NUL inside */
			size_t len;
		} str;
		struct {
			const struct node **items;
			size_t count;
		} list;
		struct {
			const struct node_entry *entries;
			size_t count;
		} map;
	} as;
};

/* "string", "list", ... as messages call it. */
const char *node_kind_name(enum node_kind kind);

/*
 * Record CODE with "FILE:LINE:COL: " in front, or "FILE: " for a node of JSON.
 * Returns the code.
 */
int node_err(const struct node *n, struct err *err, int code, const char *fmt,
	     ...) __attribute__((format(printf, 4, 5)));

/* The value of KEY in the map MAP, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

/*
 * Typed members of a map.  A missing key is ERR_FORMAT at the map's place:
 * "x.yaml:12:5: 'title' is missing"; a wrong kind "'title' must be a string".
 * The _or forms take DEFAULT when the key is missing or null.
 */
int node_str(const struct node *map, const char *key, const char **out,
	     struct err *err);
int node_str_or(const struct node *map, const char *key, const char *fallback,
		const char **out, struct err *err);
int node_int(const struct node *map, const char *key, int64_t min, int64_t max,
	     int64_t *out, struct err *err);
int node_int_or(const struct node *map, const char *key, int64_t min,
		int64_t max, int64_t fallback, int64_t *out, struct err *err);
int node_bool_or(const struct node *map, const char *key, bool fallback,
		 bool *out, struct err *err);

/* A list or map member; *OUT is NULL when it is missing or null. */
int node_list(const struct node *map, const char *key, const struct node **out,
	      struct err *err);
int node_map(const struct node *map, const char *key, const struct node **out,
	     struct err *err);

/*
 * ERR_FORMAT with the nearest known key as hint if MAP has a key that is not
 * among the COUNT words of KNOWN.  That no key stands twice is seen to by the
 * readers.
 */
int node_only(const struct node *map, const char *const *known, size_t count,
	      struct err *err);

#endif
