#include "crate/rustdoc/target.h"

#include "base/arena.h"
#include "base/scan.h"
#include "base/vec.h"
#include "crate/rustdoc/item_parse.h"

#include <stdlib.h>
#include <string.h>

void target_release(struct rustdoc_target *t)
{
	if (!t)
		return;
	free(t->features);
	map_release(&t->by_name);
	*t = (struct rustdoc_target){ 0 };
}

const struct target_feature *target_find(const struct rustdoc_target *t,
					 const char *name)
{
	return map_get(&t->by_name, name);
}

static bool feature_parse(struct scan *s, struct arena *a,
			  struct target_feature *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "name"))
			scan_string(s, a, &out->name);
		else if (text_is(&key, "implies_features"))
			strings_parse(s, a, &out->implied_names);
		else if (text_is(&key, "globally_enabled"))
			scan_bool(s, &out->is_global);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

static bool features_parse(struct scan *s, struct arena *a,
			   struct rustdoc_target *out)
{
	size_t n = 0, cap = 0, links = 0;

	free(out->features);
	out->features = NULL;
	out->feature_count = 0;
	while (scan_element(s, &n)) {
		struct target_feature *grown =
			vec_grow(out->features, &cap, out->feature_count + 1,
				 sizeof(*grown));
		struct target_feature *one;

		if (!grown)
			return scan_nomem(s);
		out->features = grown;
		one = &grown[out->feature_count];
		*one = (struct target_feature){ .number = out->feature_count };
		if (!feature_parse(s, a, one))
			return false;
		links += one->implied_names.count;
		if (out->feature_count >= TARGET_FEATURES_MAX ||
		    links > TARGET_LINKS_MAX)
			return scan_fail(s, "a target of at most 1024 features "
					    "and 16384 implied ones");
		if (one->name)
			out->feature_count++;
	}
	return scan_ok(s);
}

/* Now that all are known, names become what they stand for. */
static bool link_features(struct scan *s, struct arena *a,
			  struct rustdoc_target *t)
{
	for (uint32_t i = 0; i < t->feature_count; i++)
		if (map_put(&t->by_name, t->features[i].name, &t->features[i]) <
		    0)
			return scan_nomem(s);
	for (uint32_t i = 0; i < t->feature_count; i++) {
		struct target_feature *one = &t->features[i];
		const struct rustdoc_strings *names = &one->implied_names;

		one->implies = arena_calloc(a, names->count + 1,
					    sizeof(*one->implies));
		if (!one->implies)
			return scan_nomem(s);
		for (uint32_t k = 0; k < names->count; k++) {
			const struct target_feature *to =
				target_find(t, names->at[k]);

			if (to)
				one->implies[one->implied_count++] = to;
		}
	}
	return true;
}

bool target_parse(struct scan *s, struct arena *a, struct rustdoc_target *out)
{
	struct scan_text key;
	size_t n = 0;

	target_release(out);
	if (scan_peek(s) != '{')
		return scan_skip(s);
	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "triple"))
			scan_string(s, a, &out->triple);
		else if (text_is(&key, "target_features"))
			features_parse(s, a, out);
		else
			scan_skip(s);
	}
	return scan_ok(s) && link_features(s, a, out);
}

bool target_parse_triple(struct scan *s, struct arena *a, const char **out)
{
	struct scan_text key;
	size_t n = 0;

	if (scan_peek(s) != '{')
		return scan_skip(s);
	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "triple"))
			scan_string(s, a, out);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}
