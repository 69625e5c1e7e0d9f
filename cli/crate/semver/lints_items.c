/* Items that are gone, became something else or became hidden. */
#include "crate/semver/lint_rows.h"

#define MEND_REEXPORT                                                \
	"bring it back, or keep a re-export under the old path, or " \
	"release a new major version"

/* It cannot be imported by its path any more. */
#define GONE(kinds_)                                           \
	WHERE(ITEM, GONE, kinds_), .mend = MEND_REEXPORT,      \
				   .reference = "item-remove", \
				   .detail = detail_instead

/* Another kind of item stands at its path. */
#define TURNS(kinds_)                                             \
	WHERE(ITEM, CHANGED, kinds_), .mend = MEND_KEEP,          \
				      .reference = "item-remove", \
				      .detail = detail_new_kind

const struct semver_lint semver_lints_of_items[] = {
	{ BREAKS("struct_missing", "public struct removed or renamed"),
	  GONE(KIND_STRUCT), .becomes = KIND_TYPE,
	  .why = "no struct, enum or union can be imported by this path any "
		 "more" },
	{ BREAKS("enum_missing", "public enum removed or renamed"),
	  GONE(KIND_ENUM), .becomes = KIND_TYPE | KIND_TRAIT,
	  .why = "no enum can be imported by this path any more" },
	{ BREAKS("union_missing", "public union removed or renamed"),
	  GONE(KIND_UNION), .becomes = KIND_TYPE | KIND_TRAIT,
	  .same = when_is_same_kind_or_api,
	  .why = "no union can be imported by this path any more" },
	{ BREAKS("trait_missing", "public trait removed or renamed"),
	  GONE(KIND_TRAIT), .becomes = KIND_TYPE | KIND_TRAIT,
	  .same = when_is_same_kind_or_api,
	  .why = "no trait can be imported by this path any more" },
	{ BREAKS("function_missing", "public function removed or renamed"),
	  GONE(KIND_FUNCTION),
	  .why = "no function can be imported by this path any more" },
	{ BREAKS("module_missing", "public module removed or renamed"),
	  GONE(KIND_MODULE),
	  .why = "no module can be imported by this path any more" },
	{ BREAKS("pub_module_level_const_missing",
		 "public constant removed or renamed"),
	  GONE(KIND_CONST), .becomes = KIND_STATIC | KIND_CONST,
	  .why = "no constant can be imported by this path any more" },
	{ BREAKS("pub_static_missing", "public static removed or renamed"),
	  GONE(KIND_STATIC), .becomes = KIND_STATIC | KIND_CONST,
	  .why = "neither a static nor a constant can be imported by this path "
		 "any more" },
	{ BREAKS_MAYBE("pub_type_alias_missing",
		       "public type alias removed or renamed"),
	  GONE(KIND_ALIAS), .becomes = KIND_NAMES_TYPE,
	  .why = "no type can be imported by this path any more",
	  .when = { when_was_alias_of_its_own, when_is_not_abroad } },
	{ BREAKS("declarative_macro_missing",
		 "exported macro removed or renamed"),
	  GONE(KIND_MACRO),
	  .why = "the crate has no macro of this name any more",
	  .when = { when_was_exported_macro, when_is_no_macro } },
	{ BREAKS("macro_no_longer_exported", "macro lost #[macro_export]"),
	  WHERE(ITEM, GONE, KIND_MACRO),
	  .why = "the macro is still there, but other crates cannot use it any "
		 "more",
	  .mend = "put #[macro_export] back, or release a new major version",
	  .reference = "item-remove", .place = place_of_macro,
	  .when = { when_was_exported_macro, when_is_private_macro } },
	{ BREAKS("derive_proc_macro_missing",
		 "derive macro removed or renamed"),
	  WHERE(ITEM, GONE, KIND_PROC_MACRO),
	  .why = "nothing can be derived by this name any more",
	  .mend = MEND_REEXPORT, .reference = "item-remove",
	  .same = when_is_same_proc_macro_kind,
	  .when = { when_was_derive_macro } },
	{ BREAKS("attribute_proc_macro_missing",
		 "attribute macro removed or renamed"),
	  WHERE(ITEM, GONE, KIND_PROC_MACRO),
	  .why = "there is no attribute of this name any more",
	  .mend = MEND_REEXPORT, .reference = "item-remove",
	  .same = when_is_same_proc_macro_kind,
	  .when = { when_was_attribute_macro } },
	{ BREAKS("function_like_proc_macro_missing",
		 "procedural macro removed or renamed"),
	  WHERE(ITEM, GONE, KIND_PROC_MACRO),
	  .why = "there is no macro of this name any more",
	  .mend = MEND_REEXPORT, .reference = "item-remove",
	  .same = when_is_same_proc_macro_kind,
	  .when = { when_was_bang_macro } },
	{ BREAKS("enum_changed_kind", "public enum became something else"),
	  TURNS(KIND_ENUM), .becomes = KIND_STRUCT | KIND_UNION | KIND_TRAIT,
	  .why = "code that names its variants does not compile any more" },
	{ BREAKS("trait_changed_kind", "public trait became something else"),
	  TURNS(KIND_TRAIT), .becomes = KIND_TYPE,
	  .why = "code that implements it or is bound by it does not compile "
		 "any more" },
	{ BREAKS("union_changed_kind", "public union became something else"),
	  TURNS(KIND_UNION), .becomes = KIND_ENUM | KIND_TRAIT,
	  .why = "code that builds it or reads its fields does not compile any "
		 "more" },
	{ BREAKS("struct_now_doc_hidden",
		 "public struct became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_STRUCT) },
	{ BREAKS("enum_now_doc_hidden", "public enum became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_ENUM) },
	{ BREAKS("union_now_doc_hidden", "public union became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_UNION) },
	{ BREAKS("trait_now_doc_hidden", "public trait became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_TRAIT) },
	{ BREAKS("function_now_doc_hidden",
		 "public function became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_FUNCTION) },
	{ BREAKS("pub_module_level_const_now_doc_hidden",
		 "public constant became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_CONST) },
	{ BREAKS("pub_static_now_doc_hidden",
		 "public static became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_STATIC) },
	{ BREAKS("macro_now_doc_hidden",
		 "exported macro became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_MACRO), .when = { when_was_exported_macro } },
	{ BREAKS("proc_macro_now_doc_hidden",
		 "procedural macro became #[doc(hidden)]"),
	  HIDES(ITEM, KIND_PROC_MACRO),
	  .when = { when_is_same_proc_macro_kind } },
	{ BREAKS_MAYBE("pub_use_target_changed",
		       "path leads to another item than before"),
	  WHERE(REEXPORT, CHANGED, KIND_TYPE | KIND_TRAIT | KIND_FUNCTION),
	  .why = "code that takes it for the item that it was does not compile "
		 "any more",
	  .mend = MEND_KEEP },
	{ BREAKS_MAYBE("pub_use_missing",
		       "re-export from another crate removed or renamed"),
	  WHERE(REEXPORT, GONE, KIND_TYPE | KIND_TRAIT | KIND_FUNCTION),
	  .why = "nothing can be imported by this path any more",
	  .mend = MEND_REEXPORT, .reference = "item-remove" },
	{ 0 },
};
