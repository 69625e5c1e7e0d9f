#ifndef CRATE_MANIFEST_WORDLIST_H
#define CRATE_MANIFEST_WORDLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"

struct err;

/*
 * A list of words that is shipped as data: SPDX identifiers, categories,
 * reserved names.  One word a line, perhaps with a mark after a space; '#'
 * begins a comment.  Immutable once read; any thread.  `{ 0 }` is an empty
 * list.
 */
struct wordlist {
	struct arena arena;
	struct map marks;   /* word -> its mark, "" if it has none */
	const char **words; /* of the arena, in the order of the file */
	size_t count;
};

enum {
	WORDLIST_MAX = 100000 /* words */
};

/* ERR_FORMAT names FILE and the line; a word may stand there only once. */
int wordlist_read(const char *bytes, size_t len, const char *file,
		  struct wordlist *out, struct err *err);
void wordlist_release(struct wordlist *w);
AUTO_RELEASE(struct wordlist, wordlist_release)

/* The mark of WORD, "" if it has none; NULL if it is not in the list. */
const char *wordlist_find(const struct wordlist *w, const char *word,
			  size_t len);

/*
 * The word that was probably meant by WORD: the same but for upper and lower
 * case, or else the nearest.  NULL if nothing is near.
 */
const char *wordlist_nearest(const struct wordlist *w, const char *word);

#endif
