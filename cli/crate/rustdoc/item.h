#ifndef CRATE_RUSTDOC_ITEM_H
#define CRATE_RUSTDOC_ITEM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * One item of a rustdoc JSON document, as the `index` describes it.  Items
 * are parsed when first asked for, belong to their document and do not
 * change.  Types, bounds and generics stay where they are in the text, as
 * spans, and are read level by level when a lint wants them: type.h.
 */
enum rustdoc_kind {
	RUSTDOC_OTHER, /* a kind that this reader does not know */
	RUSTDOC_MODULE,
	RUSTDOC_EXTERN_CRATE,
	RUSTDOC_USE,
	RUSTDOC_UNION,
	RUSTDOC_STRUCT,
	RUSTDOC_STRUCT_FIELD,
	RUSTDOC_ENUM,
	RUSTDOC_VARIANT,
	RUSTDOC_FUNCTION, /* free, inherent, of a trait or of an impl */
	RUSTDOC_TRAIT,
	RUSTDOC_TRAIT_ALIAS,
	RUSTDOC_IMPL,
	RUSTDOC_TYPE_ALIAS,
	RUSTDOC_CONSTANT,
	RUSTDOC_STATIC,
	RUSTDOC_EXTERN_TYPE,
	RUSTDOC_MACRO, /* macro_rules */
	RUSTDOC_PROC_MACRO,
	RUSTDOC_PRIMITIVE,
	RUSTDOC_ASSOC_CONST,
	RUSTDOC_ASSOC_TYPE,
	RUSTDOC_KIND_COUNT
};

/* A mask of kinds. */
#define RUSTDOC_BIT(kind) (1u << (kind))

/* As messages call it: "struct", "function", "constant". */
const char *rustdoc_kind_name(enum rustdoc_kind kind);

/* A null id, as rustdoc writes for what it left out. */
#define RUSTDOC_NO_ID UINT32_MAX

struct rustdoc_ids {
	const uint32_t *at; /* may hold RUSTDOC_NO_ID, may dangle */
	uint32_t count;
};

/* A value that is still text: bytes of the document; size 0: none or null. */
struct rustdoc_span {
	uint32_t begin;
	uint32_t size;
};

struct rustdoc_strings {
	const char *const *at;
	uint32_t count;
};

enum rustdoc_visibility {
	RUSTDOC_PUBLIC,
	RUSTDOC_DEFAULT,   /* as the parent: variants, members of traits */
	RUSTDOC_RESTRICTED /* to the module `visible_in` */
};

enum rustdoc_repr_kind {
	RUSTDOC_REPR_RUST,
	RUSTDOC_REPR_C,
	RUSTDOC_REPR_TRANSPARENT,
	RUSTDOC_REPR_SIMD
};

/* What few items have. */
struct rustdoc_rare_attrs {
	uint64_t repr_align;			/* 0: none */
	uint64_t repr_packed;			/* 0: none */
	const char *repr_int;			/* "u8", or NULL */
	const char *export_name;		/* or NULL */
	struct rustdoc_strings target_features; /* in the order written */
};

/*
 * The attributes that any lint needs, one form for all formats: up to 53 they
 * are Rust text, from 54 on structured.
 */
struct rustdoc_attrs {
	bool hidden; /* #[doc(hidden)] */
	bool non_exhaustive;
	bool must_use;
	bool automatically_derived;
	bool macro_export;
	bool no_mangle;
	enum rustdoc_repr_kind repr;
	const struct rustdoc_rare_attrs *rare; /* never NULL */
};

enum rustdoc_shape {
	RUSTDOC_UNIT, /* of a struct or a variant */
	RUSTDOC_TUPLE,
	RUSTDOC_PLAIN
};

struct rustdoc_fields {
	enum rustdoc_shape shape;
	struct rustdoc_ids ids; /* those left out are RUSTDOC_NO_ID in tuples */
	bool stripped;		/* some are left out of plain fields */
};

struct rustdoc_param {
	const char *name; /* "self" is the receiver */
	struct rustdoc_span type;
};

struct rustdoc_function {
	const struct rustdoc_param *params; /* the receiver included */
	uint32_t param_count;
	struct rustdoc_span output; /* none: () */
	const char *abi;	    /* "Rust", "C", "system", ... */
	bool unwind;
	bool is_const;
	bool is_unsafe;
	bool is_async;
	bool is_variadic;
	bool has_body;
};

struct rustdoc_impl {
	uint32_t trait_id;	    /* RUSTDOC_NO_ID: inherent */
	const char *trait_path;	    /* as written, or NULL */
	struct rustdoc_span trait;  /* the path with its arguments */
	struct rustdoc_span target; /* the type behind `for` */
	struct rustdoc_ids items;
	struct rustdoc_strings provided; /* methods taken from the trait */
	bool is_unsafe;
	bool is_negative;
	bool is_synthetic; /* an auto trait that the compiler found */
	bool is_blanket;   /* an instance of somebody's blanket impl */
};

/* What the end of an item's text says, see rustdoc_impl_sort(). */
enum rustdoc_impl_sort {
	RUSTDOC_IMPL_UNKNOWN,	/* parse it */
	RUSTDOC_IMPL_SYNTHETIC, /* positive, of an auto trait, found by rustc */
	RUSTDOC_IMPL_BLANKET	/* an instance of a blanket impl */
};

struct rustdoc_item {
	uint32_t id;
	uint32_t crate_id; /* 0: the documented crate */
	enum rustdoc_kind kind;
	enum rustdoc_visibility visibility;
	uint32_t visible_in; /* a module's id; RUSTDOC_NO_ID: the root */
	uint32_t inner;	     /* from here on all spans lie */
	const char *name;    /* or NULL: impls, imports */
	const char *file;    /* as rustdoc was given it, or NULL */
	uint32_t line;	     /* from 1; 0: none */
	uint32_t column;
	bool deprecated; /* or something around it is */
	struct rustdoc_attrs attrs;
	struct rustdoc_span generics; /* of what has any */
	union {
		struct {
			struct rustdoc_ids items;
			bool is_crate;
			bool is_stripped;
		} module;
		struct {
			const char *source;
			const char *name; /* "_" gives no path */
			uint32_t id;	  /* RUSTDOC_NO_ID: a primitive */
			bool is_glob;
		} use;
		struct {
			const char *name;
			const char *source; /* the crate's own name */
		} extern_crate;
		struct {
			struct rustdoc_fields fields;
			struct rustdoc_ids impls;
		} type; /* struct and union */
		struct {
			struct rustdoc_ids variants;
			struct rustdoc_ids impls;
			bool stripped;
		} enumeration;
		struct {
			struct rustdoc_fields fields;
			const char *discriminant; /* value, or NULL: implied */
		} variant;
		struct {
			struct rustdoc_span type;
		} field;
		struct rustdoc_function function;
		struct {
			struct rustdoc_ids items;
			struct rustdoc_ids impls;
			struct rustdoc_span bounds; /* supertraits */
			bool is_auto;
			bool is_unsafe;
			bool is_dyn_compatible;
		} trait;
		struct rustdoc_impl impl;
		struct {
			struct rustdoc_span type;
		} alias;
		struct {
			struct rustdoc_span type;
			/* text, or NULL; of an associated one: its default */
			const char *value;
			bool is_mutable; /* statics */
			bool is_unsafe;	 /* extern statics */
		} constant;		 /* const, static, associated const */
		struct {
			struct rustdoc_span bounds;
			struct rustdoc_span type; /* default, or the impl's */
		} assoc_type;
		struct {
			const char *kind; /* "bang", "attr", "derive" */
			struct rustdoc_strings helpers;
		} proc_macro;
	} as;
};

#endif
