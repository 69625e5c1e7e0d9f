#ifndef BASE_SCALAR_H
#define BASE_SCALAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct node;

/*
 * YAML's scalars as text: what a plain one means and how a value is written.
 * Pure; io/yaml.h reads whole documents, and whoever only writes a small file
 * (an invite, .cohort.yaml) needs no more than this.
 */

/*
 * Set the kind and value of OUT from the plain scalar S of LEN bytes, by YAML
 * 1.2's core schema without octal and hexadecimal: null, true, false, decimal
 * numbers; everything else is a string, whose bytes OUT borrows.  False, and
 * OUT untouched, for a number that is too large to hold.
 */
bool scalar_resolve(const char *s, size_t len, struct node *out);

/*
 * Append VALUE as one line that reads back as the same string: plain where
 * every YAML reader takes it so, in double quotes otherwise.  It may stand in
 * block and in flow context.
 */
void scalar_write(struct strbuf *out, const char *value);

/* The same, in double quotes in any case. */
void scalar_write_quoted(struct strbuf *out, const char *value);

#endif
