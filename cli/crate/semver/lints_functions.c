/* Functions and statics. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_COUNT                                                        \
	"keep the signature and add a second function, or release a new " \
	"major version"
#define MEND_UNDO "undo the change, or release a new major version"
#define MEND_MINOR "release a new minor version"

const struct semver_lint semver_lints_of_functions[] = {
	{
		.id = "function_parameter_count_changed",
		SEMVER_BREAKS,
		.title = "function takes another number of parameters",
		.why = "every call has another number of arguments",
		.mend = MEND_COUNT,
		.reference = "fn-change-arity",
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.detail = detail_param_count,
		.when = { when_param_count_differs },
	},
	{
		.id = "function_unsafe_added",
		SEMVER_BREAKS,
		.title = "function became unsafe",
		.why = "callers must wrap the call in an unsafe block now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_becomes_unsafe },
	},
	{
		.id = "function_no_longer_unsafe",
		SEMVER_ADDS_QUIETLY,
		.title = "function became safe",
		.why = "callers no longer need an unsafe block, and the "
		       "compiler tells them so",
		.mend = MEND_MINOR,
		.reference = "fn-unsafe-safe",
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_was_unsafe },
	},
	{
		.id = "function_const_removed",
		SEMVER_BREAKS,
		.title = "function is no longer const",
		.why = "it cannot be called in constants and other const "
		       "contexts any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_was_const },
	},
	{
		.id = "function_now_const",
		SEMVER_ADDS_QUIETLY,
		.title = "function became const",
		.why = "callers may come to rely on calling it in constants",
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_becomes_const },
	},
	{
		.id = "function_changed_abi",
		SEMVER_BREAKS,
		.title = "function uses another ABI",
		.why = "function pointers to it have another type now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_abi_differs },
	},
	{
		.id = "function_abi_no_longer_unwind",
		SEMVER_BREAKS,
		.title = "function may no longer unwind",
		.why = "a panic that crosses it aborts the program now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_unwind_goes },
	},
	{
		.id = "function_abi_now_unwind",
		SEMVER_BREAKS,
		.title = "function may unwind now",
		.why = "callers in another language must expect a panic to "
		       "cross it now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_unwind_comes },
	},
	{
		.id = "function_now_returns_unit",
		SEMVER_BREAKS,
		.title = "function no longer returns a value",
		.why = "code that uses the returned value does not compile "
		       "any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_returns_unit },
	},
	{
		.id = "function_requires_different_generic_type_params",
		SEMVER_BREAKS,
		.title = "function takes another number of generic types",
		.why = "calls that name the generic arguments, as in "
		       "f::<u8>(), do not compile any more",
		.mend = MEND_UNDO,
		.reference = "fn-generic-new",
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_type_params_differ },
	},
	{
		.id = "function_requires_different_const_generic_params",
		SEMVER_BREAKS,
		.title = "function takes another number of const generics",
		.why = "calls that name the generic arguments, as in "
		       "f::<u8>(), do not compile any more",
		.mend = MEND_UNDO,
		.reference = "fn-generic-new",
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_const_params_differ },
	},
	{
		.id = "function_must_use_added",
		SEMVER_ADDS,
		.title = "function became #[must_use]",
		.why = "callers that ignore the returned value get a "
		       "warning, which some builds take for an error",
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_becomes_must_use },
	},
	{
		.id = "function_must_use_removed",
		SEMVER_ADDS_QUIETLY,
		.title = "function is no longer #[must_use]",
		.why = "callers that ignore the returned value are no "
		       "longer warned",
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_was_must_use },
	},
	{
		.id = "pub_static_mut_now_immutable",
		SEMVER_BREAKS,
		.title = "static mut became a plain static",
		.why = "code that writes to it does not compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_STATIC),
		.when = { when_was_mutable },
	},
	{
		.id = "pub_static_now_mutable",
		SEMVER_BREAKS,
		.title = "static became static mut",
		.why = "every use of it needs an unsafe block now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_STATIC),
		.when = { when_becomes_mutable },
	},
	{
		.id = "static_became_unsafe",
		SEMVER_BREAKS,
		.title = "static of an extern block became unsafe",
		.why = "every use of it needs an unsafe block now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_STATIC),
		.when = { when_static_becomes_unsafe },
	},
	{ 0 },
};
