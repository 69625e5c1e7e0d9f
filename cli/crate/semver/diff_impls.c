/* Trait impls of types and traits. */
#include "crate/semver/diff_internal.h"
#include "crate/semver/impls.h"

/* The things are the impls; one that is gone has none on the new side. */
void diff_impls(struct comparison *c, const struct semver_pair *pair)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	const struct impl_found *found = NULL;
	size_t count;

	if (impls_compare(pair, &scratch, &found, &count) < 0)
		c->is_out_of_memory = true;
	for (size_t n = 0; found && n < count; n++) {
		const char *name = found[n].name;
		struct semver_word word = { .key = name,
					    .added = name,
					    .gone = name,
					    .change = (int)found[n].change };

		for (size_t i = c->first[SEMVER_ON_IMPL];
		     i < c->first[SEMVER_ON_IMPL + 1]; i++) {
			struct semver_pair p = *pair;

			p.word = &word;
			p.thing[SEMVER_OLD] = found[n].was;
			p.thing[SEMVER_NEW] = found[n].is;
			if (diff_kind_in(c->rows[i]->kinds,
					 p.item[SEMVER_OLD]) &&
			    diff_holds(c->rows[i], &p))
				diff_report(c, c->rows[i], &p);
		}
	}
}
