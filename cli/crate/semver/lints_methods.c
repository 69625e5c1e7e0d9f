/* Methods and constants of inherent impls. */
#include "crate/semver/lint_rows.h"

#define GONE(kinds_)                                               \
	WHERE(INHERENT, GONE, kinds_), .mend = MEND_BACK,          \
				       .reference = "item-remove", \
				       .same = when_is_visible

#define ADDED(kinds_)                                                        \
	WHERE(INHERENT, ADDED, kinds_), .why = WHY_RELY, .mend = MEND_MINOR, \
					.reference = "impl-item-new",        \
					.same = when_is_visible

#define CHANGED WHERE(INHERENT, CHANGED, KIND_FUNCTION), .mend = MEND_UNDO
#define LOOSENED WHERE(INHERENT, CHANGED, KIND_FUNCTION), .mend = MEND_MINOR

const struct semver_lint semver_lints_of_methods[] = {
	{ BREAKS("method_parameter_count_changed",
		 "method takes another number of parameters"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION),
	  .why = "every call has another number of arguments",
	  .mend = MEND_SECOND, .reference = "fn-change-arity",
	  .of_any_impl = true, .when = { when_param_count_differs },
	  .detail = detail_param_count },
	{ BREAKS("inherent_method_missing", "method removed or renamed"),
	  GONE(KIND_FUNCTION),
	  .why = "code that calls the method does not compile any more" },
	{ BREAKS("inherent_associated_pub_const_missing",
		 "associated constant removed or renamed"),
	  WHERE(INHERENT, GONE, KIND_ASSOC_CONST), .mend = MEND_BACK,
	  .reference = "item-remove",
	  .why = "code that names the constant does not compile any more" },
	{ BREAKS("inherent_method_now_doc_hidden",
		 "method became #[doc(hidden)]"),
	  HIDES(INHERENT, KIND_FUNCTION) },
	{ BREAKS("inherent_associated_const_now_doc_hidden",
		 "associated constant is no public API any more"),
	  WHERE(INHERENT, CHANGED, KIND_ASSOC_CONST), .reach = SEMVER_WAS,
	  .why = "what is private or hidden from the documentation is no "
		 "public API any more",
	  .mend = "deprecate it before hiding it, or release a new major "
		  "version",
	  .when = { when_is_no_api_member } },
	{ BREAKS("inherent_method_unsafe_added", "method became unsafe"),
	  CHANGED, .why = "callers must wrap the call in an unsafe block now",
	  .of_any_impl = true, .when = { when_becomes_unsafe } },
	{ ADDS_QUIETLY("inherent_method_no_longer_unsafe",
		       "method became safe"),
	  LOOSENED,
	  .why = "callers no longer need an unsafe block, and the compiler "
		 "tells them so",
	  .reference = "fn-unsafe-safe", .of_any_impl = true,
	  .when = { when_was_unsafe } },
	{ BREAKS("inherent_method_const_removed", "method is no longer const"),
	  CHANGED,
	  .why = "it cannot be called in constants and other const contexts "
		 "any more",
	  .of_any_impl = true, .when = { when_was_const } },
	{ ADDS_QUIETLY("inherent_method_now_const", "method became const"),
	  LOOSENED,
	  .why = "callers may come to rely on calling it in constants",
	  .when = { when_becomes_const } },
	{ BREAKS("inherent_method_changed_abi", "method uses another ABI"),
	  CHANGED, .why = "function pointers to it have another type now",
	  .when = { when_abi_differs } },
	{ BREAKS("inherent_method_no_longer_unwind",
		 "method may no longer unwind"),
	  CHANGED, .why = "a panic that crosses it aborts the program now",
	  .when = { when_unwind_goes } },
	{ BREAKS("inherent_method_now_unwind", "method may unwind now"),
	  CHANGED,
	  .why = "callers in another language must expect a panic to cross it "
		 "now",
	  .when = { when_unwind_comes } },
	{ BREAKS("inherent_method_now_returns_unit",
		 "method no longer returns a value"),
	  CHANGED,
	  .why = "code that uses the returned value does not compile any more",
	  .when = { when_returns_unit } },
	{ BREAKS("method_requires_different_generic_type_params",
		 "method takes another number of generic types"),
	  CHANGED,
	  .why = "calls that name the generic arguments, as in f::<u8>(), do "
		 "not compile any more",
	  .reference = "fn-generic-new", .of_any_impl = true,
	  .when = { when_type_params_differ_for_callers } },
	{ BREAKS("method_requires_different_const_generic_params",
		 "method takes another number of const generics"),
	  CHANGED,
	  .why = "calls that name the generic arguments, as in f::<u8>(), do "
		 "not compile any more",
	  .reference = "fn-generic-new", .of_any_impl = true,
	  .when = { when_const_params_differ } },
	{ ADDS("inherent_method_must_use_added", "method became #[must_use]"),
	  LOOSENED,
	  .why = "callers that ignore the returned value get a warning, which "
		 "some builds take for an error",
	  .when = { when_becomes_must_use } },
	{ ADDS_QUIETLY("inherent_method_must_use_removed",
		       "method is no longer #[must_use]"),
	  LOOSENED,
	  .why = "callers that ignore the returned value are no longer warned",
	  .when = { when_was_must_use } },
	{ BREAKS("method_no_longer_has_receiver", "method lost self"), CHANGED,
	  .why = "it can no longer be called on a value with a dot",
	  .of_any_impl = true, .when = { when_receiver_goes } },
	{ BREAKS("method_receiver_ref_became_mut",
		 "method takes &mut self instead of &self"),
	  CHANGED,
	  .why = "callers that hold a shared reference cannot call it any more",
	  .when = { when_ref_becomes_mut } },
	{ BREAKS("method_receiver_ref_became_owned",
		 "method takes self instead of &self"),
	  CHANGED,
	  .why = "callers that hold a reference cannot call it any more, "
		 "others lose the value",
	  .when = { when_ref_becomes_owned } },
	{ BREAKS("method_receiver_mut_ref_became_owned",
		 "method takes self instead of &mut self"),
	  CHANGED,
	  .why = "callers that hold a reference cannot call it any more, "
		 "others lose the value",
	  .when = { when_mut_becomes_owned } },
	{ BREAKS("method_receiver_type_changed",
		 "method takes self in another kind of pointer"),
	  CHANGED, .why = "callers must hold the value in that pointer now",
	  .when = { when_receiver_becomes_other } },
	{ ADDS_QUIETLY("inherent_method_added", "method added"),
	  ADDED(KIND_FUNCTION) },
	{ ADDS_QUIETLY("inherent_associated_pub_const_added",
		       "associated constant added"),
	  ADDED(KIND_ASSOC_CONST) },
	{ 0 },
};
