#ifndef CRATE_SEMVER_ALIKE_H
#define CRATE_SEMVER_ALIKE_H

#include <stdbool.h>

#include "crate/rustdoc/item.h"
#include "crate/semver/lints.h"

/*
 * True if the two pieces of text say the same byte for byte, but for ids that
 * lead to the same thing: the cheap answer for almost all signatures of two
 * versions.  False says nothing.  What stands for something else, as an alias
 * does, is never alike.
 */
bool spans_alike(const struct semver_pair *p, struct rustdoc_span was,
		 struct rustdoc_span is);

#endif
