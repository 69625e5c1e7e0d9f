#ifndef TESTS_YAML_EDITS_H
#define TESTS_YAML_EDITS_H

/* One edit of a YAML document each, as yaml_set() is for a value. */
#include "base/attr.h"
#include "base/strbuf.h"
#include "io/yaml.h"

static inline ATTR_UNUSED int yaml_add_key(const struct yaml_doc *doc,
					   const struct node *map,
					   const struct yaml_pair *pair,
					   struct strbuf *out, struct err *err)
{
	const struct yaml_item item = { pair, 1 };
	const struct yaml_edit edit = { .kind = YAML_EDIT_ADD_KEYS,
					.target = map,
					.items = &item,
					.count = 1 };

	return yaml_apply(doc, &edit, 1, out, err);
}

static inline ATTR_UNUSED int yaml_add_item(const struct yaml_doc *doc,
					    const struct node *list,
					    const struct yaml_pair *pairs,
					    size_t count, struct strbuf *out,
					    struct err *err)
{
	const struct yaml_item item = { pairs, count };
	const struct yaml_edit edit = { .kind = YAML_EDIT_ADD_ITEMS,
					.target = list,
					.items = &item,
					.count = 1 };

	return yaml_apply(doc, &edit, 1, out, err);
}

static inline ATTR_UNUSED int yaml_remove_item(const struct yaml_doc *doc,
					       const struct node *list,
					       size_t index, struct strbuf *out,
					       struct err *err)
{
	const struct yaml_edit edit = { .kind = YAML_EDIT_REMOVE,
					.target = list,
					.index = index };

	return yaml_apply(doc, &edit, 1, out, err);
}

#endif
