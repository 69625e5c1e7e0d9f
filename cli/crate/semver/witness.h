#ifndef CRATE_SEMVER_WITNESS_H
#define CRATE_SEMVER_WITNESS_H

#include <stdbool.h>

#include "crate/semver/lints.h"

struct strbuf;

/* Is the lint one of those on types, which warn until they are confirmed? */
bool semver_witness_is_for(const struct semver_lint *lint);

/*
 * What somebody may have written against the old version that the finding of
 * LINT about P says no longer compiles: items of Rust code, without a crate
 * around them, that name everything by its full path ("::kov::f").  Many such
 * pieces make one crate, each in a module of its own, of edition 2024.
 *
 * Compiled against the old version it must pass, or the piece is wrong and
 * tells nothing; if it fails against the new one the finding is confirmed.
 *
 * Appends to OUT and returns true; false if nothing can be written, as where
 * something has no public path or comes from a crate that is not std.  OUT is
 * as before then.
 */
bool semver_witness(const struct semver_lint *lint, const struct semver_pair *p,
		    struct strbuf *out);

#endif
