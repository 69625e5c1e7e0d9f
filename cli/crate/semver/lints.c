#include "crate/semver/lints.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

/* clang-format off */
static const struct semver_lint *const families[] = {
	semver_lints_of_items,
	semver_lints_of_types,
	semver_lints_of_impls,
	semver_lints_of_layout,
	semver_lints_of_generics,
	semver_lints_of_functions,
	semver_lints_of_methods,
	semver_lints_of_traits,
	semver_lints_of_trait_methods,
	semver_lints_of_deprecation,
	semver_lints_of_features,
	semver_lints_of_order,
	semver_lints_of_additions,
	semver_lints_of_symbols,
	semver_lints_of_target_features,
	semver_lints_of_sealing,
	semver_lints_of_signatures,
};
/* clang-format on */

/*
 * How many a family has: they do not change, so whoever comes first counts them
 * and two that come first find the same.
 */
static size_t family_count(size_t family)
{
	static atomic_size_t counts[ARRAY_LEN(families)];
	size_t n = atomic_load_explicit(&counts[family], memory_order_relaxed);

	if (n > 0)
		return n;
	while (families[family][n].id)
		n++;
	atomic_store_explicit(&counts[family], n, memory_order_relaxed);
	return n;
}

size_t semver_lint_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		count += family_count(i);
	return count;
}

const struct semver_lint *semver_lint_at(size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		size_t count = family_count(i);

		if (n < count)
			return &families[i][n];
		n -= count;
	}
	return NULL;
}

const struct semver_lint *semver_lint_find(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (const struct semver_lint *l = families[i]; l->id; l++)
			if (strcmp(l->id, id) == 0)
				return l;
	return NULL;
}

const char *semver_lint_chapter(const struct semver_lint *lint, char *buf,
				size_t size)
{
	if (!lint->reference)
		return NULL;
	snprintf(buf, size,
		 "https://doc.rust-lang.org/cargo/reference/semver.html#%s",
		 lint->reference);
	return buf;
}
