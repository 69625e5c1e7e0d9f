#ifndef CRATE_RUSTDOC_PLAIN_H
#define CRATE_RUSTDOC_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

/*
 * For open.c: entries of `index` and `paths` just as rustdoc writes them, read
 * in one go.  What is written in another way, or not all at hand, is left to
 * who reads any JSON: then these return false, and *POS stays.
 */

/* ,"17":{ of TEXT[*POS, LEN); *POS is at the bracket after. */
bool plain_key(const char *text, size_t len, size_t *pos, uint32_t *id);

/* ,"17":{"crate_id":0,"path":["k","S"],"kind":"struct"} */
struct plain_path {
	uint32_t id;
	struct scan_text value; /* all but the key */
	struct scan_text path;	/* the array */
	bool is_local;
	bool is_alias; /* its kind is type_alias */
};
bool plain_path(const char *text, size_t len, size_t *pos,
		struct plain_path *out);

#endif
