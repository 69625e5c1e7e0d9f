#include "crate/semver/std_facts.h"

#include <string.h>

#include "base/attr.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/term_read.h"

#define CMP "core::cmp::"
#define OPS "core::ops::"
#define ITER "core::iter::traits::"

static const struct {
	const char *trait;
	const char *implied[4];
} supertraits[] = {
	{ "core::marker::Copy", { "core::clone::Clone" } },
	{ "core::clone::Clone",
	  { "alloc::borrow::ToOwned", "core::marker::Sized" } },
	{ "core::default::Default", { "core::marker::Sized" } },
	{ CMP "Eq", { CMP "PartialEq" } },
	{ CMP "PartialOrd", { CMP "PartialEq" } },
	{ CMP "Ord", { CMP "Eq", CMP "PartialOrd" } },
	{ OPS "function::Fn", { OPS "function::FnMut" } },
	{ OPS "function::FnMut", { OPS "function::FnOnce" } },
	{ OPS "async_function::AsyncFn", { OPS "async_function::AsyncFnMut" } },
	{ OPS "async_function::AsyncFnMut",
	  { OPS "async_function::AsyncFnOnce" } },
	{ OPS "deref::DerefMut", { OPS "deref::Deref" } },
	{ OPS "index::IndexMut", { OPS "index::Index" } },
	{ ITER "double_ended::DoubleEndedIterator",
	  { ITER "iterator::Iterator" } },
	{ ITER "exact_size::ExactSizeIterator", { ITER "iterator::Iterator" } },
	{ ITER "marker::FusedIterator", { ITER "iterator::Iterator" } },
	{ ITER "iterator::Iterator", { ITER "collect::IntoIterator" } },
	{ "core::error::Error", { "core::fmt::Debug", "core::fmt::Display" } },
	{ "core::fmt::Display", { "alloc::string::ToString" } },
	{ "core::borrow::BorrowMut", { "core::borrow::Borrow" } },
	{ "std::io::BufRead", { "std::io::Read" } },
	{ "core::convert::Into",
	  { "core::convert::TryInto", "core::marker::Sized" } },
	{ "core::convert::From",
	  { "core::convert::TryFrom", "core::marker::Sized" } },
	{ "core::convert::TryInto", { "core::marker::Sized" } },
	{ "core::convert::TryFrom", { "core::marker::Sized" } },
	{ "core::str::traits::FromStr", { "core::marker::Sized" } },
	{ ITER "collect::FromIterator", { "core::marker::Sized" } },
	{ ITER "accum::Sum", { "core::marker::Sized" } },
	{ ITER "accum::Product", { "core::marker::Sized" } },
	{ "core::future::future::Future",
	  { "core::future::into_future::IntoFuture" } },
};

const char *fact_implied(const char *trait, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(supertraits); i++)
		if (strcmp(supertraits[i].trait, trait) == 0)
			return n < ARRAY_LEN(supertraits[i].implied)
				       ? supertraits[i].implied[n]
				       : NULL;
	return NULL;
}

static bool is_one_of(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; word && i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

bool fact_is_auto(const char *trait)
{
	static const char *const autos[] = {
		"core::marker::Send",
		"core::marker::Sync",
		"core::marker::Unpin",
		"core::marker::Freeze",
		"core::marker::UnsafeUnpin",
		"core::panic::unwind_safe::UnwindSafe",
		"core::panic::unwind_safe::RefUnwindSafe",
	};

	return is_one_of(trait, autos, ARRAY_LEN(autos));
}

bool fact_is_no_promise(const char *trait)
{
	static const char *const others[] = {
		"core::ops::drop::Drop",
		"core::marker::StructuralPartialEq",
		"core::clone::TrivialClone",
		"core::clone::UseCloned",
	};

	return fact_is_auto(trait) ||
	       is_one_of(trait, others, ARRAY_LEN(others));
}

bool fact_takes_self(const char *trait)
{
	static const char *const binary[] = {
		CMP "PartialEq",
		CMP "PartialOrd",
	};

	return is_one_of(trait, binary, ARRAY_LEN(binary)) ||
	       strncmp(trait, OPS "arith::", 18) == 0 ||
	       strncmp(trait, OPS "bit::", 16) == 0;
}

bool fact_is_standard(const char *path)
{
	return strncmp(path, "core::", 6) == 0 ||
	       strncmp(path, "alloc::", 7) == 0 ||
	       strncmp(path, "std::", 5) == 0;
}

bool fact_may_be_moved(const char *a, const char *b)
{
	const char *x = strrchr(a, ':'), *y = strrchr(b, ':');

	if (!x || !y)
		return true; /* as they are written in the source */
	return strcmp(a, b) == 0 || (!fact_is_standard(a) &&
				     !fact_is_standard(b) && strcmp(x, y) == 0);
}

bool fact_is_pointer(const char *path)
{
	static const char *const pointers[] = {
		"alloc::boxed::Box",
		"alloc::rc::Rc",
		"alloc::sync::Arc",
		"core::pin::Pin",
	};

	return is_one_of(path, pointers, ARRAY_LEN(pointers));
}

bool fact_is_invariant(const char *path)
{
	static const char *const cells[] = {
		"core::cell::Cell",
		"core::cell::RefCell",
		"core::cell::UnsafeCell",
		"std::sync::poison::mutex::Mutex",
		"std::sync::poison::rwlock::RwLock",
	};

	return is_one_of(path, cells, ARRAY_LEN(cells));
}

/* Their modules are private, and move. */
static const char *last_of(const char *path)
{
	const char *at = strrchr(path, ':');

	return at ? at + 1 : path;
}

enum fact_variance fact_variance(const char *path)
{
	static const char *const same[] = {
		"Vec",	    "VecDeque",	 "LinkedList",	 "BinaryHeap",
		"BTreeMap", "BTreeSet",	 "HashMap",	 "HashSet",
		"Box",	    "Rc",	 "Arc",		 "Weak",
		"Option",   "Result",	 "PhantomData",	 "NonNull",
		"Pin",	    "Range",	 "ManuallyDrop", "MaybeUninit",
		"Poll",	    "Wrapping",	 "Reverse",	 "IntoIter",
		"Chars",    "Bytes",	 "CharIndices",	 "Lines",
		"Iter",	    "Enumerate", "Rev",		 "Take",
		"Skip",	    "Chain",	 "Cloned",	 "Copied",
		"Chunks",   "Windows",	 "Ref",		 "Arguments",
	};
	static const char *const fixed[] = {
		"Cell",	  "RefCell",	"UnsafeCell",	    "Mutex",
		"RwLock", "OnceCell",	"OnceLock",	    "AtomicPtr",
		"RefMut", "MutexGuard", "RwLockWriteGuard", "IterMut",
		"Cow",	  "Peekable",
	};

	if (!fact_is_standard(path) || strstr(path, "::mpsc::") ||
	    strstr(path, "::mpmc::"))
		return FACT_VARIANCE_UNKNOWN;
	if (is_one_of(last_of(path), same, ARRAY_LEN(same)))
		return FACT_COVARIANT;
	return is_one_of(last_of(path), fixed, ARRAY_LEN(fixed))
		       ? FACT_INVARIANT
		       : FACT_VARIANCE_UNKNOWN;
}

/* ---- aliases */

static const struct term *path_of(struct term_builder *b, const char *name,
				  const struct term *first,
				  const struct term *second)
{
	struct term *t = term_new(b, TERM_PATH);

	if (!t)
		return NULL;
	t->name = name;
	t->count = (first != NULL) + (second != NULL);
	t->args = term_list(b, 2);
	if (!t->args)
		return NULL;
	t->args[0] = first;
	t->args[1] = second;
	return t;
}

static const struct {
	const char *alias;
	const char *error;
} results[] = {
	{ "std::io::error::Result", "std::io::error::Error" },
	{ "core::io::error::Result", "core::io::error::Error" },
	{ "core::fmt::Result", "core::fmt::Error" },
	{ "anyhow::Result", "anyhow::Error" },
	{ "eyre::Result", "eyre::Report" },
};

/* On every target that has them; not c_char and c_long, which vary. */
static const struct {
	const char *alias;
	const char *type;
} numbers[] = {
	{ "c_int", "i32" },	 { "c_uint", "u32" },
	{ "c_short", "i16" },	 { "c_ushort", "u16" },
	{ "c_longlong", "i64" }, { "c_ulonglong", "u64" },
	{ "c_schar", "i8" },	 { "c_uchar", "u8" },
	{ "c_float", "f32" },	 { "c_double", "f64" },
	{ "RawFd", "i32" },
};

static const struct term *number(struct term_builder *b, const char *path)
{
	const char *last = strrchr(path, ':');
	struct term *t;

	if (!fact_is_standard(path) || !last)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (strcmp(last + 1, numbers[i].alias) != 0)
			continue;
		t = term_new(b, TERM_PRIMITIVE);
		if (t)
			t->name = numbers[i].type;
		return t;
	}
	return NULL;
}

/* Those that vary: the same by each path, and nobody knows which number. */
static const struct {
	const char *path;
	const char *numbers[2];
} varying[] = {
	{ "core::ffi::c_char", { "i8", "u8" } },
	{ "core::ffi::c_long", { "i32", "i64" } },
	{ "core::ffi::c_ulong", { "u32", "u64" } },
};

bool fact_may_be(const char *alias, const char *number)
{
	for (size_t i = 0; i < ARRAY_LEN(varying); i++)
		if (strcmp(varying[i].path, alias) == 0)
			return is_one_of(number, varying[i].numbers, 2);
	return true;
}

static const char *one_path(const char *path)
{
	const char *last = strrchr(path, ':');

	for (size_t i = 0; i < ARRAY_LEN(varying); i++)
		if (fact_is_standard(path) && last &&
		    strcmp(last, strrchr(varying[i].path, ':')) == 0)
			return varying[i].path;
	return path;
}

static const struct {
	const char *alias;
	const char *type;
} nonzeros[] = {
	{ "NonZeroU8", "u8" },	     { "NonZeroI8", "i8" },
	{ "NonZeroU16", "u16" },     { "NonZeroI16", "i16" },
	{ "NonZeroU32", "u32" },     { "NonZeroI32", "i32" },
	{ "NonZeroU64", "u64" },     { "NonZeroI64", "i64" },
	{ "NonZeroU128", "u128" },   { "NonZeroI128", "i128" },
	{ "NonZeroUsize", "usize" }, { "NonZeroIsize", "isize" },
};

static const struct term *nonzero(struct term_builder *b, const char *path)
{
	static const char module[] = "core::num::nonzero::";
	struct term *number;

	if (strncmp(path, module, sizeof(module) - 1) != 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(nonzeros); i++) {
		if (strcmp(path + sizeof(module) - 1, nonzeros[i].alias) != 0)
			continue;
		number = term_new(b, TERM_PRIMITIVE);
		if (!number)
			return NULL;
		number->name = nonzeros[i].type;
		return path_of(b, "core::num::nonzero::NonZero", number, NULL);
	}
	return NULL;
}

/* Result<T, Box<dyn Any + Send>> */
static const struct term *thread_result(struct term_builder *b,
					const struct term *t)
{
	struct term *dyn = term_new(b, TERM_DYN);
	struct term *life = term_new(b, TERM_LIFETIME);
	struct term_bound *bounds = arena_calloc(b->arena, 2, sizeof(*bounds));

	if (!dyn || !life || !bounds || !(dyn->args = term_list(b, 1)))
		return NULL;
	life->name = "'static";
	dyn->args[0] = life;
	dyn->count = 1;
	bounds[0].trait = path_of(b, "core::any::Any", NULL, NULL);
	bounds[1].trait = path_of(b, "core::marker::Send", NULL, NULL);
	dyn->bounds = (struct term_bounds){ bounds, 2 };
	if (!bounds[0].trait || !bounds[1].trait)
		return NULL;
	return path_of(b, "core::result::Result", t->args[0],
		       path_of(b, "alloc::boxed::Box", dyn, NULL));
}

const struct term *term_foreign_alias(struct term_builder *b, struct term *t,
				      bool *is_alias)
{
	const struct term *found = number(b, t->name), *ok, *error;

	t->name = one_path(t->name);
	if (!found)
		found = nonzero(b, t->name);
	if (!found && t->count == 1 &&
	    strcmp(t->name, "std::thread::Result") == 0)
		found = thread_result(b, t);

	for (size_t i = 0; i < ARRAY_LEN(results) && !found; i++) {
		if (strcmp(t->name, results[i].alias) != 0)
			continue;
		ok = t->count > 0 ? t->args[0] : term_new(b, TERM_TUPLE);
		error = t->count > 1 ? t->args[1]
				     : path_of(b, results[i].error, NULL, NULL);
		found = path_of(b, "core::result::Result", ok, error);
	}
	*is_alias = found != NULL;
	return found;
}

/* ---- deref */

static const struct {
	const char *from;
	const char *to; /* NULL: its first argument */
	bool is_slice;	/* of it */
} derefs[] = {
	{ "alloc::string::String", "str", false },
	{ "alloc::vec::Vec", NULL, true },
	{ "alloc::boxed::Box", NULL, false },
	{ "alloc::rc::Rc", NULL, false },
	{ "alloc::sync::Arc", NULL, false },
	{ "std::path::PathBuf", "std::path::Path", false },
	{ "std::ffi::os_str::OsString", "std::ffi::os_str::OsStr", false },
	{ "alloc::ffi::c_str::CString", "core::ffi::c_str::CStr", false },
};

/* Of Cow<'_, T>: T. */
static const struct term *first_type(const struct term *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->args[i]->kind != TERM_LIFETIME)
			return t->args[i];
	return NULL;
}

static const struct term *slice_of(const struct term *element, struct arena *a)
{
	struct term *t = arena_calloc(a, 1, sizeof(*t));

	if (!t)
		return NULL;
	t->kind = TERM_SLICE;
	t->side = element->side;
	t->args = arena_calloc(a, 1, sizeof(*t->args));
	if (!t->args)
		return NULL;
	t->args[0] = element;
	t->count = 1;
	return t;
}

static const struct term *plain(const char *name, struct arena *a)
{
	struct term *t = arena_calloc(a, 1, sizeof(*t));

	if (!t)
		return NULL;
	t->kind = strchr(name, ':') ? TERM_PATH : TERM_PRIMITIVE;
	t->name = name;
	t->id = RUSTDOC_NO_ID;
	return t;
}

const struct term *fact_deref(const struct term *type, struct arena *a)
{
	const struct term *first;

	if (type->kind == TERM_ARRAY)
		return slice_of(type->args[0], a);
	if (type->kind == TERM_REF)
		return type->args[1];
	if (type->kind != TERM_PATH || type->item)
		return NULL;
	first = first_type(type);
	if (strcmp(type->name, "alloc::borrow::Cow") == 0)
		return first;
	for (size_t i = 0; i < ARRAY_LEN(derefs); i++) {
		if (strcmp(type->name, derefs[i].from) != 0)
			continue;
		if (derefs[i].to)
			return plain(derefs[i].to, a);
		return derefs[i].is_slice && first ? slice_of(first, a) : first;
	}
	return NULL;
}

/* ---- what is certainly not so */

bool fact_literal_fails(const struct term *type, const struct term *trait)
{
	static const char *const fine[] = { "i32", "i64",  "i128",
					    "f64", "bool", "char" };
	const char *number = type->name;

	return type->kind == TERM_PRIMITIVE &&
	       strcmp(trait->name, "core::convert::Into") == 0 &&
	       trait->count == 1 && trait->args[0]->kind == TERM_PRIMITIVE &&
	       strcmp(trait->args[0]->name, number) == 0 &&
	       !is_one_of(number, fine, ARRAY_LEN(fine)) &&
	       strcmp(number, "str") != 0;
}

static const char *const never_of_numbers[] = {
	"std::io::Read",
	"std::io::Write",
	"std::io::BufRead",
	"core::iter::traits::iterator::Iterator",
	"core::iter::traits::collect::IntoIterator",
	"core::ops::function::Fn",
	"core::ops::function::FnMut",
	"core::ops::function::FnOnce",
	"core::error::Error",
	"core::future::future::Future",
	"core::ops::deref::Deref",
};

static const char *const never_of_owners[] = {
	"core::marker::Copy",
	"std::io::Read",
	"std::io::BufRead",
	"core::iter::traits::iterator::Iterator",
	"core::iter::traits::double_ended::DoubleEndedIterator",
	"core::iter::traits::exact_size::ExactSizeIterator",
	"core::ops::function::Fn",
	"core::ops::function::FnMut",
	"core::ops::function::FnOnce",
	"core::error::Error",
	"core::future::future::Future",
};

/* Heap types that are no iterators, readers, functions and cannot be Copy. */
static bool is_owner(const char *path)
{
	static const char *const owners[] = {
		"alloc::string::String",
		"alloc::vec::Vec",
		"std::path::PathBuf",
		"std::ffi::os_str::OsString",
		"std::collections::hash::map::HashMap",
		"std::collections::hash::set::HashSet",
		"alloc::collections::btree::map::BTreeMap",
		"alloc::collections::btree::set::BTreeSet",
	};

	return is_one_of(path, owners, ARRAY_LEN(owners));
}

static bool owner_lacks(const char *path, const char *trait)
{
	bool is_text = strcmp(path, "alloc::string::String") == 0 ||
		       strcmp(path, "std::path::PathBuf") == 0 ||
		       strcmp(path, "std::ffi::os_str::OsString") == 0;

	if (is_one_of(trait, never_of_owners, ARRAY_LEN(never_of_owners)))
		return true;
	if (strcmp(trait, "core::fmt::Display") == 0 ||
	    strcmp(trait, "alloc::string::ToString") == 0)
		return strcmp(path, "alloc::string::String") != 0;
	if (strcmp(trait, "core::iter::traits::collect::IntoIterator") == 0)
		return is_text && strcmp(path, "std::path::PathBuf") != 0;
	return false;
}

bool fact_lacks(const struct term *type, const struct term *trait)
{
	if (type->kind == TERM_PRIMITIVE)
		return is_one_of(trait->name, never_of_numbers,
				 ARRAY_LEN(never_of_numbers));
	if (type->kind == TERM_PATH && !type->item && is_owner(type->name))
		return owner_lacks(type->name, trait->name);
	if (type->kind == TERM_REF && !type->is_mutable &&
	    type->args[1]->kind == TERM_PRIMITIVE)
		return strcmp(trait->name, "core::ops::deref::Deref") != 0 &&
		       is_one_of(trait->name, never_of_numbers,
				 ARRAY_LEN(never_of_numbers));
	if (type->kind == TERM_REF && type->is_mutable)
		return strcmp(trait->name, "core::marker::Copy") == 0 ||
		       strcmp(trait->name, "core::clone::Clone") == 0;
	return false;
}

bool fact_is_through_ref(const char *trait)
{
	static const char *const others[] = {
		"core::convert::AsRef",
		"core::hash::Hash",
		"core::error::Error",
		"alloc::string::ToString",
	};

	return strncmp(trait, "core::fmt::", 11) == 0 ||
	       strncmp(trait, CMP, 11) == 0 ||
	       is_one_of(trait, others, ARRAY_LEN(others));
}

const struct term *fact_item(const struct term *type)
{
	static const char *const lists[] = {
		"alloc::vec::Vec",
		"alloc::collections::vec_deque::VecDeque",
		"alloc::collections::btree::set::BTreeSet",
		"std::collections::hash::set::HashSet",
		"core::option::Option",
	};

	if (type->kind == TERM_ARRAY || type->kind == TERM_SLICE)
		return type->args[0];
	return type->kind == TERM_PATH && type->count > 0 &&
			       is_one_of(type->name, lists, ARRAY_LEN(lists))
		       ? type->args[0]
		       : NULL;
}

bool fact_is_of_its_argument(const char *trait)
{
	static const char *const traits[] = {
		"core::convert::From",	"core::convert::TryFrom",
		"core::convert::AsRef", "core::convert::AsMut",
		"core::borrow::Borrow", "core::borrow::BorrowMut",
		"core::cmp::PartialEq", "core::cmp::PartialOrd",
	};

	return is_one_of(trait, traits, ARRAY_LEN(traits)) ||
	       strncmp(trait, OPS "arith::", 18) == 0;
}

bool fact_is_by_parts(const struct term *type, const char *trait)
{
	static const char *const types[] = {
		"alloc::vec::Vec",
		"alloc::collections::vec_deque::VecDeque",
		"alloc::boxed::Box",
		"core::option::Option",
		"core::result::Result",
	};
	static const char *const traits[] = {
		"core::clone::Clone",	 "core::fmt::Debug",
		"core::hash::Hash",	 "core::cmp::Eq",
		"core::cmp::PartialEq",	 "core::cmp::Ord",
		"core::cmp::PartialOrd", "core::marker::Send",
		"core::marker::Sync",
	};

	return is_one_of(trait, traits, ARRAY_LEN(traits)) &&
	       (type->kind == TERM_TUPLE ||
		(type->kind == TERM_PATH && !type->item &&
		 is_one_of(type->name, types, ARRAY_LEN(types))));
}
