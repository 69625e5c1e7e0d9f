#ifndef CRATE_SEMVER_WORDS_H
#define CRATE_SEMVER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "crate/semver/lints.h"

struct rustdoc;
struct rustdoc_item;

/*
 * What an item has that is no item: a trait's supertraits (`where Self: S`
 * among them), a type's auto traits and derivable traits, a derive macro's
 * helper attributes.  Traits are told by their full path, so that a trait of
 * the crate's own called `Send` is not taken for the real one.
 */
struct words {
	struct arena arena;
	struct semver_word *at;
	size_t count;
	size_t cap;
};

void words_release(struct words *w);
AUTO_RELEASE(struct words, words_release)

/* Add what ITEM has of ON, nothing if it is of another kind.  -1: memory. */
int words_collect(struct words *w, struct rustdoc *doc,
		  const struct rustdoc_item *item, enum semver_on on);

bool words_have(const struct words *w, const char *key);

#endif
