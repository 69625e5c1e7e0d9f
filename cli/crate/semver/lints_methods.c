/* Methods and constants of inherent impls. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_COUNT                                                        \
	"keep the signature and add a second function, or release a new " \
	"major version"
#define MEND_UNDO "undo the change, or release a new major version"
#define MEND_MINOR "release a new minor version"
#define MEND_GONE "bring it back, or release a new major version"
#define MEND_HIDDEN \
	"deprecate it before hiding it, or release a new major version"
#define WHY_HIDDEN \
	"what is hidden from the documentation is no public API any more"

const struct semver_lint semver_lints_of_methods[] = {
	{
		.id = "method_parameter_count_changed",
		SEMVER_BREAKS,
		.title = "method takes another number of parameters",
		.why = "every call has another number of arguments",
		.mend = MEND_COUNT,
		.reference = "fn-change-arity",
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.detail = detail_param_count,
		.when = { when_param_count_differs },
	},
	{
		.id = "inherent_method_missing",
		SEMVER_BREAKS,
		.title = "method removed or renamed",
		.why = "code that calls the method does not compile any "
		       "more",
		.mend = MEND_GONE,
		.reference = "item-remove",
		SEMVER_WHERE(INHERENT, GONE, KIND_FUNCTION),
		.same = when_is_visible,
	},
	{
		.id = "inherent_associated_pub_const_missing",
		SEMVER_BREAKS,
		.title = "associated constant removed or renamed",
		.why = "code that names the constant does not compile any "
		       "more",
		.mend = MEND_GONE,
		.reference = "item-remove",
		SEMVER_WHERE(INHERENT, GONE, KIND_ASSOC_CONST),
		.same = when_is_visible,
	},
	{
		.id = "inherent_method_now_doc_hidden",
		SEMVER_BREAKS,
		.title = "method became #[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.reach = SEMVER_LEAVES,
	},
	{
		.id = "inherent_associated_const_now_doc_hidden",
		SEMVER_BREAKS,
		.title = "associated constant became #[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_ASSOC_CONST),
		.reach = SEMVER_LEAVES,
	},
	{
		.id = "inherent_method_unsafe_added",
		SEMVER_BREAKS,
		.title = "method became unsafe",
		.why = "callers must wrap the call in an unsafe block now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_becomes_unsafe },
	},
	{
		.id = "inherent_method_no_longer_unsafe",
		SEMVER_ADDS_QUIETLY,
		.title = "method became safe",
		.why = "callers no longer need an unsafe block, and the "
		       "compiler tells them so",
		.mend = MEND_MINOR,
		.reference = "fn-unsafe-safe",
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_was_unsafe },
	},
	{
		.id = "inherent_method_const_removed",
		SEMVER_BREAKS,
		.title = "method is no longer const",
		.why = "it cannot be called in constants and other const "
		       "contexts any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_was_const },
	},
	{
		.id = "inherent_method_now_const",
		SEMVER_ADDS_QUIETLY,
		.title = "method became const",
		.why = "callers may come to rely on calling it in constants",
		.mend = MEND_MINOR,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_becomes_const },
	},
	{
		.id = "inherent_method_changed_abi",
		SEMVER_BREAKS,
		.title = "method uses another ABI",
		.why = "function pointers to it have another type now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_abi_differs },
	},
	{
		.id = "inherent_method_no_longer_unwind",
		SEMVER_BREAKS,
		.title = "method may no longer unwind",
		.why = "a panic that crosses it aborts the program now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_unwind_goes },
	},
	{
		.id = "inherent_method_now_unwind",
		SEMVER_BREAKS,
		.title = "method may unwind now",
		.why = "callers in another language must expect a panic to "
		       "cross it now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_unwind_comes },
	},
	{
		.id = "inherent_method_now_returns_unit",
		SEMVER_BREAKS,
		.title = "method no longer returns a value",
		.why = "code that uses the returned value does not compile "
		       "any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_returns_unit },
	},
	{
		.id = "method_requires_different_generic_type_params",
		SEMVER_BREAKS,
		.title = "method takes another number of generic types",
		.why = "calls that name the generic arguments, as in "
		       "f::<u8>(), do not compile any more",
		.mend = MEND_UNDO,
		.reference = "fn-generic-new",
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_type_params_differ },
	},
	{
		.id = "method_requires_different_const_generic_params",
		SEMVER_BREAKS,
		.title = "method takes another number of const generics",
		.why = "calls that name the generic arguments, as in "
		       "f::<u8>(), do not compile any more",
		.mend = MEND_UNDO,
		.reference = "fn-generic-new",
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_const_params_differ },
	},
	{
		.id = "inherent_method_must_use_added",
		SEMVER_ADDS,
		.title = "method became #[must_use]",
		.why = "callers that ignore the returned value get a "
		       "warning, which some builds take for an error",
		.mend = MEND_MINOR,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_becomes_must_use },
	},
	{
		.id = "inherent_method_must_use_removed",
		SEMVER_ADDS_QUIETLY,
		.title = "method is no longer #[must_use]",
		.why = "callers that ignore the returned value are no "
		       "longer warned",
		.mend = MEND_MINOR,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_was_must_use },
	},
	{
		.id = "method_no_longer_has_receiver",
		SEMVER_BREAKS,
		.title = "method lost self",
		.why = "it can no longer be called on a value with a dot",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_receiver_goes },
	},
	{
		.id = "method_receiver_ref_became_mut",
		SEMVER_BREAKS,
		.title = "method takes &mut self instead of &self",
		.why = "callers that hold a shared reference cannot call it "
		       "any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_ref_becomes_mut },
	},
	{
		.id = "method_receiver_ref_became_owned",
		SEMVER_BREAKS,
		.title = "method takes self instead of &self",
		.why = "callers that hold a reference cannot call it any "
		       "more, others lose the value",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_ref_becomes_owned },
	},
	{
		.id = "method_receiver_mut_ref_became_owned",
		SEMVER_BREAKS,
		.title = "method takes self instead of &mut self",
		.why = "callers that hold a reference cannot call it any "
		       "more, others lose the value",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_mut_becomes_owned },
	},
	{
		.id = "method_receiver_type_changed",
		SEMVER_BREAKS,
		.title = "method takes self in another kind of pointer",
		.why = "callers must hold the value in that pointer now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(INHERENT, CHANGED, KIND_FUNCTION),
		.when = { when_receiver_becomes_other },
	},
	{
		.id = "inherent_method_added",
		SEMVER_ADDS_QUIETLY,
		.title = "method added",
		.why = "users may come to rely on it",
		.mend = MEND_MINOR,
		.reference = "impl-item-new",
		SEMVER_WHERE(INHERENT, ADDED, KIND_FUNCTION),
		.same = when_is_visible,
	},
	{
		.id = "inherent_associated_pub_const_added",
		SEMVER_ADDS_QUIETLY,
		.title = "associated constant added",
		.why = "users may come to rely on it",
		.mend = MEND_MINOR,
		.reference = "impl-item-new",
		SEMVER_WHERE(INHERENT, ADDED, KIND_ASSOC_CONST),
		.same = when_is_visible,
	},
	{ 0 },
};
