/* What the processor must have for a function to be called. */
#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/target.h"
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_UNDO                                                         \
	"add a second function that needs the feature, or release a new " \
	"major version"
#define WHY_SAFE "safe callers without the feature do not compile any more"
#define WHY_UNSAFE                                                            \
	"callers which only made sure of the features it needed are unsound " \
	"now"

/* A set of the target's features, by number. */
struct feature_set {
	bool has[TARGET_FEATURES_MAX];
};

static const struct rustdoc_target *target(const struct semver_pair *p)
{
	return rustdoc_target_data(p->side[SEMVER_NEW]->doc);
}

static const struct rustdoc_strings *needs(const struct semver_pair *p,
					   int side)
{
	return &p->thing[side]->attrs.rare->target_features;
}

static void add_implied(struct feature_set *set,
			const struct target_feature *start)
{
	const struct target_feature *stack[TARGET_FEATURES_MAX];
	size_t depth = 0;

	if (set->has[start->number])
		return;
	set->has[start->number] = true;
	stack[depth++] = start;
	while (depth > 0) {
		const struct target_feature *one = stack[--depth];

		for (uint32_t i = 0; i < one->implied_count; i++) {
			const struct target_feature *to = one->implies[i];

			if (!set->has[to->number]) {
				set->has[to->number] = true;
				stack[depth++] = to;
			}
		}
	}
}

/* What is there for a caller of the function of SIDE, as of the new target. */
static void find_enabled(const struct semver_pair *p, int side,
			 struct feature_set *out)
{
	const struct rustdoc_target *t = target(p);

	memset(out, 0, sizeof(*out));
	for (uint32_t i = 0; i < t->feature_count; i++)
		if (t->features[i].is_global)
			add_implied(out, &t->features[i]);
	for (uint32_t i = 0; i < needs(p, side)->count; i++) {
		const struct target_feature *f =
			target_find(t, needs(p, side)->at[i]);

		if (f)
			add_implied(out, f);
	}
}

static bool is_written(const struct rustdoc_strings *list, uint32_t count,
		       const char *name)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(list->at[i], name) == 0)
			return true;
	return false;
}

/* The next feature after *N that SIDE writes and the other has not got. */
static const char *next_beyond(const struct semver_pair *p, int side,
			       const struct feature_set *other, uint32_t *n)
{
	const struct rustdoc_strings *list = needs(p, side);

	while (*n < list->count) {
		const char *name = list->at[(*n)++];
		const struct target_feature *f = target_find(target(p), name);

		if (f ? !other->has[f->number]
		      : !is_written(needs(p, !side), needs(p, !side)->count,
				    name))
			if (!is_written(list, *n - 1, name))
				return name;
	}
	return NULL;
}

static bool goes_beyond(const struct semver_pair *p, int side)
{
	struct feature_set other;
	uint32_t n = 0;

	if (needs(p, side)->count == 0)
		return false;
	find_enabled(p, !side, &other);
	return next_beyond(p, side, &other, &n) != NULL;
}

bool when_needs_more_target_features(struct semver_pair *p)
{
	return goes_beyond(p, SEMVER_NEW);
}

bool when_target_feature_goes(struct semver_pair *p)
{
	return goes_beyond(p, SEMVER_OLD);
}

/* All that it writes, where none of it is news to the processor. */
static void add_written(const struct semver_pair *p, struct strbuf *out)
{
	const struct rustdoc_strings *list = needs(p, SEMVER_NEW);

	for (uint32_t i = 0; i < list->count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? "," : "", list->at[i]);
}

void subject_new_target_features(const struct semver_pair *p,
				 struct strbuf *out)
{
	struct feature_set old;
	const char *name;
	uint32_t n = 0;
	bool first = true;

	find_enabled(p, SEMVER_OLD, &old);
	while ((name = next_beyond(p, SEMVER_NEW, &old, &n))) {
		strbuf_addf(out, "%s%s", first ? "" : ",", name);
		first = false;
	}
	if (first)
		add_written(p, out);
}

/* Features of other processors can be documented, but not be had. */
static bool is_callable(const struct semver_pair *p, int side)
{
	const struct rustdoc_target *t =
		rustdoc_target_data(p->side[side]->doc);

	for (uint32_t i = 0; i < needs(p, side)->count; i++)
		if (t->feature_count > 0 &&
		    !target_find(t, needs(p, side)->at[i]))
			return false;
	return true;
}

bool when_callable_both(struct semver_pair *p)
{
	return is_callable(p, SEMVER_OLD) && is_callable(p, SEMVER_NEW);
}

bool when_was_without_target_features(struct semver_pair *p)
{
	return needs(p, SEMVER_OLD)->count == 0;
}

/* Be they on everywhere: such a function is no `fn` pointer any more. */
bool when_is_with_target_features(struct semver_pair *p)
{
	return needs(p, SEMVER_NEW)->count > 0;
}

bool when_was_with_target_features(struct semver_pair *p)
{
	return needs(p, SEMVER_OLD)->count > 0;
}

/* One that became unsafe is reported as such. */
bool when_safe_function_both(struct semver_pair *p)
{
	return !p->thing[SEMVER_OLD]->as.function.is_unsafe &&
	       !p->thing[SEMVER_NEW]->as.function.is_unsafe;
}

bool when_was_unsafe_function(struct semver_pair *p)
{
	return p->thing[SEMVER_OLD]->as.function.is_unsafe;
}

const struct semver_lint semver_lints_of_target_features[] = {
	{
		.id = "safe_function_target_feature_added",
		SEMVER_BREAKS,
		.title = "safe function got a #[target_feature]",
		.why = WHY_SAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_safe_function_both,
			  when_was_without_target_features,
			  when_is_with_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "safe_function_requires_more_target_features",
		SEMVER_BREAKS,
		.title = "safe function needs more target features",
		.why = WHY_SAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_safe_function_both,
			  when_was_with_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "unsafe_function_target_feature_added",
		SEMVER_BREAKS,
		.title = "unsafe function got a #[target_feature]",
		.why = WHY_UNSAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_unsafe_function,
			  when_was_without_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "unsafe_function_requires_more_target_features",
		SEMVER_BREAKS,
		.title = "unsafe function needs more target features",
		.why = WHY_UNSAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_unsafe_function,
			  when_was_with_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "safe_inherent_method_target_feature_added",
		SEMVER_BREAKS,
		.title = "safe method got a #[target_feature]",
		.why = WHY_SAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_safe_function_both,
			  when_was_without_target_features,
			  when_is_with_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "safe_inherent_method_requires_more_target_features",
		SEMVER_BREAKS,
		.title = "safe method needs more target features",
		.why = WHY_SAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_safe_function_both,
			  when_was_with_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "unsafe_inherent_method_target_feature_added",
		SEMVER_BREAKS,
		.title = "unsafe method got a #[target_feature]",
		.why = WHY_UNSAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_unsafe_function,
			  when_was_without_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "unsafe_inherent_method_requires_more_target_features",
		SEMVER_BREAKS,
		.title = "unsafe method needs more target features",
		.why = WHY_UNSAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_unsafe_function,
			  when_was_with_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "unsafe_trait_method_target_feature_added",
		SEMVER_BREAKS,
		.title = "unsafe trait method got a #[target_feature]",
		.why = WHY_UNSAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_unsafe_function,
			  when_was_without_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "unsafe_trait_method_requires_more_target_features",
		SEMVER_BREAKS,
		.title = "unsafe trait method needs more target features",
		.why = WHY_UNSAFE,
		.mend = MEND_UNDO,
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_unsafe_function,
			  when_was_with_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "trait_method_target_feature_removed",
		SEMVER_BREAKS,
		.title = "trait method dropped a #[target_feature]",
		.why = "impls in other crates which need the feature do not "
		       "compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_target_feature_goes,
			  when_item_was_implementable,
			  when_item_is_not_completely_sealed },
	},
	{ 0 },
};
