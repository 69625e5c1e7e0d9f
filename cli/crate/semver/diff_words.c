/* What an item has that is no item, against each other. */
#include "crate/semver/diff_internal.h"
#include "crate/semver/words.h"

/*
 * Of a hidden type rustdoc does not ask the compiler which auto traits it has;
 * one that is deprecated as well is still part of the API.
 */
static bool is_unknown(const struct semver_pair *pair, enum semver_on on,
		       int side)
{
	return on == SEMVER_ON_AUTO_TRAIT && pair->item[side]->attrs.hidden;
}

/* The things are the items: a word has no place of its own. */
void diff_words(struct comparison *c, const struct semver_pair *pair,
		enum semver_on on)
{
	struct words words[2] = { 0 };

	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		if (words_collect(&words[side], pair->side[side]->doc,
				  pair->item[side], on) < 0)
			c->is_out_of_memory = true;
	for (size_t i = c->first[on]; i < c->first[on + 1]; i++) {
		const struct semver_lint *l = c->rows[i];
		int from = l->event == SEMVER_GONE ? SEMVER_OLD : SEMVER_NEW;

		if (!diff_kind_in(l->kinds, pair->item[SEMVER_OLD]) ||
		    !diff_kind_in(l->kinds, pair->item[SEMVER_NEW]) ||
		    is_unknown(pair, on, !from))
			continue;
		for (size_t j = 0; j < words[from].count; j++) {
			struct semver_pair p = *pair;

			p.word = &words[from].at[j];
			if (!p.word->is_implied &&
			    !words_have(&words[!from], p.word->key) &&
			    diff_holds(l, &p))
				diff_report(c, l, &p);
		}
	}
	words_release(&words[SEMVER_OLD]);
	words_release(&words[SEMVER_NEW]);
}
