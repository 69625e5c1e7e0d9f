#ifndef CRATE_SEMVER_SIGNATURE_H
#define CRATE_SEMVER_SIGNATURE_H

#include <stdbool.h>

#include "crate/semver/lints.h"

struct strbuf;

/*
 * What changed in the types of one thing that is on both sides, as far as it
 * can break a user.  What the other lints see, such as the number of
 * parameters, is left to them: then nothing is said here.
 */
enum signature_change {
	SIGNATURE_PARAM = 1 << 0,
	SIGNATURE_RETURN = 1 << 1,
	SIGNATURE_BOUNDS = 1 << 2,
	SIGNATURE_LIFETIMES = 1 << 3,
	SIGNATURE_TYPE = 1 << 4, /* of a field, a constant, an alias */
	SIGNATURE_SELF = 1 << 5, /* the impl is for other instances; alone */
	SIGNATURE_ORDER = 1 << 6 /* f::<u8, u16>() means another thing */
};

/*
 * What was found of the pair that was last asked about: several lints ask about
 * each.  `{ 0 }` knows of none.
 */
struct signature_memo {
	const struct rustdoc_item *item[2];
	const struct rustdoc_item *thing[2];
	unsigned found;
};

/*
 * P->thing: a function, field, constant, static, alias, associated type, or
 * what has generics (struct, trait, ...).  A set of the changes; what was and
 * what is goes to WORDS unless that is NULL, of the changes in WANTED.
 */
unsigned signature_changes(const struct semver_pair *p, unsigned wanted,
			   struct strbuf *words);

#endif
