/* Features of the manifests against each other. */
#include "base/err.h"
#include "crate/semver/diff_internal.h"
#include "crate/semver/features.h"

static struct semver_pair pair_of(struct semver_features *const *features,
				  const char *name)
{
	struct semver_pair p = { .path = name };

	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		p.feature[side] = semver_features_find(features[side], name);
	return p;
}

static void compare_feature(struct comparison *c,
			    struct semver_features *const *features,
			    const char *name)
{
	for (size_t i = c->first[SEMVER_ON_FEATURE];
	     i < c->first[SEMVER_ON_FEATURE + 1]; i++) {
		const struct semver_lint *l = c->rows[i];
		struct semver_pair p = pair_of(features, name);

		if ((l->event == SEMVER_GONE) ==
			    (p.feature[SEMVER_NEW] == NULL) &&
		    diff_holds(l, &p))
			diff_report(c, l, &p);
	}
}

/*
 * What the feature of P enables on the side FROM and, whatever is in between,
 * not on the other, although it is there: nobody relies on a new one yet.
 */
static void compare_links(struct comparison *c, const struct semver_lint *l,
			  struct semver_features *const *features,
			  struct semver_pair *p, int from)
{
	const struct semver_feature *one = p->feature[from];
	struct semver_feature *other =
		semver_features_find(features[!from], p->path);

	for (size_t i = 0; i < one->enable_count; i++) {
		const char *name = one->enables[i]->name;
		struct semver_word word = { .key = name,
					    .added = name,
					    .gone = name };

		if (semver_feature_is_unstable(name) ||
		    !semver_features_find(features[!from], name) ||
		    semver_feature_enables(features[!from], other, name))
			continue;
		p->word = &word;
		if (diff_holds(l, p))
			diff_report(c, l, p);
	}
	p->word = NULL;
}

int diff_features(struct comparison *c, struct semver_features *const *features,
		  struct err *err)
{
	if (!features[SEMVER_OLD] || !features[SEMVER_NEW])
		return 0;
	for (size_t i = 0; i < features[SEMVER_OLD]->count; i++) {
		const char *name = features[SEMVER_OLD]->at[i].name;
		struct semver_pair p = pair_of(features, name);

		compare_feature(c, features, name);
		if (!p.feature[SEMVER_NEW])
			continue;
		for (size_t k = c->first[SEMVER_ON_FEATURE_LINK];
		     k < c->first[SEMVER_ON_FEATURE_LINK + 1]; k++)
			compare_links(c, c->rows[k], features, &p,
				      c->rows[k]->event == SEMVER_GONE
					      ? SEMVER_OLD
					      : SEMVER_NEW);
	}
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		if (features[side]->steps > SEMVER_FEATURE_STEPS_MAX)
			return err_set(err, ERR_LIMIT,
				       "features that enable each other in "
				       "more than %d steps",
				       SEMVER_FEATURE_STEPS_MAX);
	return 0;
}
