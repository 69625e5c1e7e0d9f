#ifndef CRATE_SEMVER_ALIAS_H
#define CRATE_SEMVER_ALIAS_H

struct rustdoc;
struct rustdoc_item;

/*
 * What a type alias re-exports: its target, if the target is of this crate
 * and every parameter of the alias is the target's own in the same place, of
 * the same kind and with the same default.  Else NULL: `type A = B<u8>` is a
 * type of its own.  Bounds are not compared; Rust ignores them on aliases.
 */
const struct rustdoc_item *alias_target(struct rustdoc *doc,
					const struct rustdoc_item *alias);

#endif
