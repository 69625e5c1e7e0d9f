#include "crate/semver/alias.h"

#include <stdbool.h>

#include "base/arena.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"

static struct scan_text span_text(struct rustdoc *doc, struct rustdoc_span at)
{
	struct scan_text text = { "", 0 };

	(void)rustdoc_text(doc, at, &text);
	return text;
}

/* Two values of one document: the same text is the same value. */
static bool same_value(struct rustdoc *doc, struct rustdoc_span a,
		       struct rustdoc_span b)
{
	struct scan_text x = span_text(doc, a), y = span_text(doc, b);

	return text_same(&x, &y);
}

/* ARG is just the parameter NAME of its kind. */
static bool is_param(struct rustdoc *doc, const struct rustdoc_arg *arg,
		     const struct rustdoc_generic *param)
{
	struct rustdoc_type t;

	if (arg->kind != param->kind || arg->is_infer)
		return false;
	if (arg->kind != RUSTDOC_GENERIC_TYPE)
		return text_same(&arg->name, &param->name);
	return rustdoc_type_read(doc, arg->type, &t) &&
	       t.kind == RUSTDOC_TYPE_GENERIC &&
	       text_same(&t.name, &param->name);
}

static bool same_params(struct rustdoc *doc,
			const struct rustdoc_generics *mine,
			const struct rustdoc_generics *theirs,
			const struct rustdoc_args *args)
{
	if (mine->count != theirs->count || mine->count != args->count)
		return false;
	for (size_t i = 0; i < mine->count; i++) {
		const struct rustdoc_generic *a = &mine->at[i];
		const struct rustdoc_generic *b = &theirs->at[i];

		if (a->kind != b->kind || a->has_default != b->has_default ||
		    !is_param(doc, &args->at[i], a))
			return false;
		if (a->has_default &&
		    !same_value(doc, a->fallback, b->fallback))
			return false;
	}
	return true;
}

static bool can_be_target(const struct rustdoc_item *item)
{
	return item &&
	       RUSTDOC_BIT(item->kind) &
		       (RUSTDOC_BIT(RUSTDOC_STRUCT) |
			RUSTDOC_BIT(RUSTDOC_ENUM) | RUSTDOC_BIT(RUSTDOC_UNION) |
			RUSTDOC_BIT(RUSTDOC_TYPE_ALIAS));
}

const struct rustdoc_item *alias_target(struct rustdoc *doc,
					const struct rustdoc_item *alias)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	struct rustdoc_generics mine, theirs;
	const struct rustdoc_item *target;
	struct rustdoc_args args;
	struct rustdoc_type t;

	if (!rustdoc_type_read(doc, alias->as.alias.type, &t) ||
	    t.kind != RUSTDOC_TYPE_PATH)
		return NULL;
	target = rustdoc_item(doc, t.id);
	if (!can_be_target(target) ||
	    !rustdoc_generics_read(doc, alias->generics, &scratch, &mine) ||
	    !rustdoc_generics_read(doc, target->generics, &scratch, &theirs) ||
	    !rustdoc_args_read(doc, t.args, &scratch, &args))
		return NULL;
	return same_params(doc, &mine, &theirs, &args) ? target : NULL;
}
