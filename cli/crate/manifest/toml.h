#ifndef CRATE_MANIFEST_TOML_H
#define CRATE_MANIFEST_TOML_H

#include <stddef.h>

struct arena;
struct err;
struct node;

/*
 * A reader of TOML (toml.io, version 1.0.0; 1.1.0 when asked for), into the
 * same nodes as YAML and JSON, so that a complaint about a Cargo.toml names
 * its line and column.
 *
 * What becomes what:
 *   table, inline table	NODE_MAP, keys in the order of the file
 *   array, array of tables	NODE_LIST
 *   string			NODE_STR with `quoted` set; a line end in it is
 *				"\n", however the file writes it
 *   date, time, date-time	NODE_STR with `quoted` not set: the bytes as
 *				written, after a check of their form and range
 *   integer			NODE_INT (any base; beyond 64 bits is refused)
 *   float			NODE_REAL, infinity and NaN included
 *   boolean			NODE_BOOL
 *
 * The place of a value is where it is written, that of a table its header or,
 * when it was never given one, the key that called it into being.
 *
 * Stricter than the text of TOML in two things, both unheard of in a
 * manifest: a string with a NUL in it (nodes hold C strings) is ERR_FORMAT,
 * and the named limits below are ERR_LIMIT.
 */
enum {
	TOML_INPUT_MAX = 1 << 20, /* bytes of a document */
	TOML_DEPTH_MAX = 64	  /* tables and arrays inside each other */
};

/*
 * 1.1 adds newlines and a last comma in inline tables, the escapes \e and
 * \xHH, and times without seconds; cargo 1.95 reads it, and writes 1.0 into
 * the crate that it packs.
 */
enum toml_version {
	TOML_1_0,
	TOML_1_1
};

/*
 * Read LEN bytes, called FILE in messages, into nodes of ARENA; *OUT is the
 * root table.  ERR_FORMAT names the place: "Cargo.toml:3:1: 'name' is set
 * twice".  ERR_LIMIT beyond a limit, ERR_NOMEM.
 */
int toml_read(const char *bytes, size_t len, const char *file,
	      enum toml_version version, struct arena *arena,
	      const struct node **out, struct err *err);

#endif
