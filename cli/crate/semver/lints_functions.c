/* Functions, inherent methods and inherent constants. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_GONE "bring it back, or release a new major version"
#define MEND_COUNT                                                        \
	"keep the signature and add a second function, or release a new " \
	"major version"
#define WHY_COUNT "every call has another number of arguments"
#define MEND_HIDDEN \
	"deprecate it before hiding it, or release a new major version"
#define WHY_HIDDEN \
	"what is hidden from the documentation is no public API any more"

const struct semver_lint semver_lints_of_functions[] = {
	{
		.id = "function_parameter_count_changed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "function takes another number of parameters",
		.why = WHY_COUNT,
		.mend = MEND_COUNT,
		.reference = "fn-change-arity",
		.on = SEMVER_ON_ITEM,
		.event = SEMVER_CHANGED,
		.kinds = KIND_FUNCTION,
		.when = { when_param_count_differs },
		.detail = detail_param_count,
	},
	{
		.id = "method_parameter_count_changed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "method takes another number of parameters",
		.why = WHY_COUNT,
		.mend = MEND_COUNT,
		.reference = "fn-change-arity",
		.on = SEMVER_ON_INHERENT,
		.event = SEMVER_CHANGED,
		.kinds = KIND_FUNCTION,
		.when = { when_param_count_differs },
		.detail = detail_param_count,
	},
	{
		.id = "inherent_method_missing",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "method removed or renamed",
		.why = "code that calls the method does not compile any more",
		.mend = MEND_GONE,
		.reference = "item-remove",
		.on = SEMVER_ON_INHERENT,
		.event = SEMVER_GONE,
		.kinds = KIND_FUNCTION,
		.same = when_is_visible,
	},
	{
		.id = "inherent_associated_pub_const_missing",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated constant removed or renamed",
		.why = "code that names the constant does not compile any more",
		.mend = MEND_GONE,
		.reference = "item-remove",
		.on = SEMVER_ON_INHERENT,
		.event = SEMVER_GONE,
		.kinds = KIND_ASSOC_CONST,
		.same = when_is_visible,
	},
	{
		.id = "inherent_method_now_doc_hidden",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "method became #[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		.on = SEMVER_ON_INHERENT,
		.event = SEMVER_CHANGED,
		.reach = SEMVER_LEAVES,
		.kinds = KIND_FUNCTION,
	},
	{
		.id = "inherent_associated_const_now_doc_hidden",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated constant became #[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		.on = SEMVER_ON_INHERENT,
		.event = SEMVER_CHANGED,
		.reach = SEMVER_LEAVES,
		.kinds = KIND_ASSOC_CONST,
	},
	{ 0 },
};
