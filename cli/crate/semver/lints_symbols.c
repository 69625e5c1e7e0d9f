/* Functions as the linker sees them: by symbol, from any language. */
#include <string.h>

#include "base/strbuf.h"
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_UNDO "undo the change, or release a new major version"
#define MEND_NEW                                                             \
	"keep the function and export a second one, or release a new major " \
	"version"
#define WHY_CALLERS                                                        \
	"programs that link to the symbol call it as it was, and nothing " \
	"tells them"

bool when_symbol_goes(struct semver_pair *p)
{
	const char *was = symbol_of(p->thing[SEMVER_OLD]);
	const char *is = symbol_of(p->thing[SEMVER_NEW]);

	return was && (!is || strcmp(was, is) != 0);
}

void detail_symbols(const struct semver_pair *p, struct strbuf *out)
{
	const char *is = symbol_of(p->thing[SEMVER_NEW]);

	strbuf_addf(out, ": '%s' is ", symbol_of(p->thing[SEMVER_OLD]));
	if (is)
		strbuf_addf(out, "'%s' now", is);
	else
		strbuf_adds(out, "not exported any more");
}

void detail_abis(const struct semver_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": \"%s\" instead of \"%s\"",
		    p->thing[SEMVER_NEW]->as.function.abi,
		    p->thing[SEMVER_OLD]->as.function.abi);
}

const struct semver_lint semver_lints_of_symbols[] = {
	{
		.id = "exported_function_changed_abi",
		SEMVER_BREAKS,
		.title = "exported function uses another ABI",
		.why = WHY_CALLERS,
		.mend = MEND_UNDO,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_abi_differs },
		.detail = detail_abis,
	},
	{
		.id = "exported_function_abi_no_longer_unwind",
		SEMVER_BREAKS,
		.title = "exported function may no longer unwind",
		.why = "a panic that programs which link to the symbol could "
		       "catch ends them now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_unwind_goes },
	},
	{
		.id = "exported_function_abi_now_unwind",
		SEMVER_BREAKS,
		.title = "exported function may unwind now",
		.why = "a panic may run into programs that link to the symbol "
		       "and are not made for it",
		.mend = MEND_UNDO,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_unwind_comes },
	},
	{
		.id = "exported_function_parameter_count_changed",
		SEMVER_BREAKS,
		.title = "exported function takes another number of parameters",
		.why = WHY_CALLERS,
		.mend = MEND_NEW,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_symbol_param_count_differs },
		.detail = detail_symbol_param_count,
	},
	{
		.id = "exported_function_now_returns_unit",
		SEMVER_BREAKS,
		.title = "exported function no longer returns a value",
		.why = "programs that link to the symbol read a value that is "
		       "not there",
		.mend = MEND_NEW,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_returns_unit },
	},
	{
		.id = "exported_function_return_value_added",
		SEMVER_BREAKS,
		.title = "exported function returns a value now",
		.why = WHY_CALLERS,
		.mend = MEND_NEW,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_returned_unit },
	},
	{
		.id = "exported_function_target_feature_added",
		SEMVER_BREAKS,
		.title = "exported function got a #[target_feature]",
		.why = "programs that link to the symbol may run where the "
		       "processor lacks it",
		.mend = MEND_NEW,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_without_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "exported_function_requires_more_target_features",
		SEMVER_BREAKS,
		.title = "exported function needs more target features",
		.why = "programs that link to the symbol may run where the "
		       "processor lacks them",
		.mend = MEND_NEW,
		SEMVER_WHERE(SYMBOL, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_was_with_target_features,
			  when_needs_more_target_features },
		.subject = subject_new_target_features,
	},
	{
		.id = "function_export_name_changed",
		SEMVER_BREAKS,
		.title = "function is exported by another symbol, or by none",
		.why = "programs that link to the symbol do not find it any "
		       "more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_symbol_goes },
		.detail = detail_symbols,
	},
	{
		.id = "method_export_name_changed",
		SEMVER_BREAKS,
		.title = "method is exported by another symbol, or by none",
		.why = "programs that link to the symbol do not find it any "
		       "more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_symbol_goes },
		.detail = detail_symbols,
	},
	{ 0 },
};
