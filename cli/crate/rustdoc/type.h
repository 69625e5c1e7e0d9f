#ifndef CRATE_RUSTDOC_TYPE_H
#define CRATE_RUSTDOC_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "crate/rustdoc/item.h"

struct arena;
struct rustdoc;

/*
 * Types, generics and bounds, read one level at a time: what is inside is a
 * span again.  So nothing recurses here, and who walks a type decides how deep
 * he goes.
 *
 * Every reader returns false for what is malformed and leaves the reason with
 * the document.  An empty span reads as nothing: a type of kind
 * RUSTDOC_TYPE_NONE, a list of none.  Names are pieces of the text.
 */
enum rustdoc_type_kind {
	RUSTDOC_TYPE_NONE,
	RUSTDOC_TYPE_PATH, /* a struct, enum, alias, ...: id, name, args */
	RUSTDOC_TYPE_DYN_TRAIT,
	RUSTDOC_TYPE_GENERIC,	/* name: "T", "Self" */
	RUSTDOC_TYPE_PRIMITIVE, /* name: "u8", "never" */
	RUSTDOC_TYPE_FN_POINTER,
	RUSTDOC_TYPE_TUPLE,
	RUSTDOC_TYPE_SLICE,
	RUSTDOC_TYPE_ARRAY,
	RUSTDOC_TYPE_IMPL_TRAIT,
	RUSTDOC_TYPE_INFER,
	RUSTDOC_TYPE_POINTER,
	RUSTDOC_TYPE_REF,
	RUSTDOC_TYPE_PROJECTION, /* <T as Trait>::Name: name, args, inner */
	RUSTDOC_TYPE_OTHER
};

struct rustdoc_type {
	enum rustdoc_type_kind kind;
	struct scan_text name;
	uint32_t id;		   /* of a path; else RUSTDOC_NO_ID */
	uint32_t trait_id;	   /* of a projection; else RUSTDOC_NO_ID */
	bool is_mutable;	   /* references and pointers */
	struct scan_text lifetime; /* of a reference; may be empty */
	struct scan_text length;   /* of an array */
	struct rustdoc_span inner; /* element, pointee, Self of a projection */
	struct rustdoc_span args;  /* generic arguments */
	struct rustdoc_span body;  /* all that the kind has */
};

bool rustdoc_type_read(struct rustdoc *d, struct rustdoc_span at,
		       struct rustdoc_type *out);

enum rustdoc_generic_kind {
	RUSTDOC_GENERIC_LIFETIME,
	RUSTDOC_GENERIC_TYPE,
	RUSTDOC_GENERIC_CONST
};

/* What stands between < and > where something is used. */
struct rustdoc_arg {
	enum rustdoc_generic_kind kind;
	bool is_infer;	       /* `_` */
	struct scan_text name; /* a lifetime, or the text of a constant */
	struct rustdoc_span type;
};

struct rustdoc_args {
	const struct rustdoc_arg *at;
	size_t count;
	struct rustdoc_span constraints; /* Item = u8 */
	bool is_parenthesized;		 /* Fn(..) -> ..: see the span */
};

bool rustdoc_args_read(struct rustdoc *d, struct rustdoc_span at,
		       struct arena *a, struct rustdoc_args *out);

/* What stands between < and > where something is declared. */
struct rustdoc_generic {
	enum rustdoc_generic_kind kind;
	struct scan_text name;
	bool is_synthetic; /* made of an `impl Trait` parameter */
	bool has_default;
	struct rustdoc_span bounds;   /* of a type; lifetimes that outlive */
	struct rustdoc_span type;     /* of a constant */
	struct rustdoc_span fallback; /* the default: a type, or a string */
};

struct rustdoc_generics {
	const struct rustdoc_generic *at;
	size_t count;
	struct rustdoc_span where;
};

bool rustdoc_generics_read(struct rustdoc *d, struct rustdoc_span at,
			   struct arena *a, struct rustdoc_generics *out);

/* T: Clone + 'a.  Bounds on lifetimes have no trait. */
struct rustdoc_bound {
	uint32_t trait_id; /* RUSTDOC_NO_ID: no trait */
	struct scan_text path;
	bool is_maybe; /* ?Sized */
	struct rustdoc_span trait;
};

struct rustdoc_bounds {
	const struct rustdoc_bound *at;
	size_t count;
};

bool rustdoc_bounds_read(struct rustdoc *d, struct rustdoc_span at,
			 struct arena *a, struct rustdoc_bounds *out);

/* where TYPE: BOUNDS; predicates of other forms have no type. */
struct rustdoc_where {
	struct rustdoc_span type;
	struct rustdoc_span bounds;
	struct rustdoc_span body;
};

struct rustdoc_wheres {
	const struct rustdoc_where *at;
	size_t count;
};

bool rustdoc_where_read(struct rustdoc *d, struct rustdoc_span at,
			struct arena *a, struct rustdoc_wheres *out);

/* Does it take self? */
bool rustdoc_has_receiver(const struct rustdoc_item *function);

/* Parameters of a function, the receiver left out. */
uint32_t rustdoc_param_count(const struct rustdoc_item *function);

#endif
