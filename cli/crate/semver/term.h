#ifndef CRATE_SEMVER_TERM_H
#define CRATE_SEMVER_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "crate/rustdoc/item.h"

struct semver_side;
struct strbuf;

/*
 * A type as a tree in which everything that may be written in several ways is
 * written in one: aliases expanded, `Self` and elided lifetimes spelt out,
 * defaults filled in, `async fn` a future, the lifetimes of for<..> numbered.
 *
 * Terms belong to the arena of their builder.  Of what nests too deep or what
 * this reader does not know, nothing is said: TERM_ANY fits everything.
 */
enum term_kind {
	TERM_ANY,
	TERM_PATH, /* a type or a trait: args, of traits constraints too */
	TERM_PARAM,
	TERM_PRIMITIVE,
	TERM_REF, /* args: the lifetime, the type */
	TERM_POINTER,
	TERM_SLICE,
	TERM_ARRAY, /* args: the type, the length */
	TERM_TUPLE,
	TERM_FN,  /* name: qualifiers and ABI; args: parameters, result */
	TERM_DYN, /* args: the lifetime */
	TERM_IMPL,
	TERM_PROJECTION, /* args: the type; bounds: the trait, if any */
	TERM_LIFETIME,
	TERM_CONST
};

struct term;

struct term_bound {
	const struct term *trait; /* or NULL: an outlives bound */
	const struct term *lifetime;
	bool is_maybe; /* ?Sized */
};

struct term_bounds {
	const struct term_bound *at;
	size_t count;
};

/* Item = u8, or Item: Clone. */
struct term_constraint {
	const char *name;
	const struct term *value; /* NULL: the bounds */
	struct term_bounds bounds;
};

struct term {
	enum term_kind kind;
	uint8_t side; /* SEMVER_OLD or SEMVER_NEW */
	bool is_mutable;
	bool is_foreign_alias; /* what it stands for is not known */
	bool is_literal;       /* of a constant */
	const char *name;
	uint32_t id;			 /* of a path */
	const struct rustdoc_item *item; /* of a path of this crate */
	const struct term **args;
	size_t count;
	struct term_bounds bounds;
	const struct term_constraint *constraints;
	size_t constraint_count;
	/* use<'a, T>, of an `impl Trait`: its lifetimes; NULL: not written */
	const struct term **captures;
	size_t capture_count;
};

/* TYPE: TRAIT, or TYPE: 'LIFETIME; TYPE may be a lifetime. */
struct term_pred {
	const struct term *type;
	struct term_bound bound;
};

struct term_preds {
	struct term_pred *at;
	size_t count;
	size_t cap; /* in the arena: grown by copying */
};

struct term_param {
	enum {
		TERM_OF_LIFETIME,
		TERM_OF_TYPE,
		TERM_OF_CONST
	} kind;
	const char *name;
	const struct term *fallback; /* the default, or NULL */
	const struct term *type;     /* of a constant */
};

struct term_params {
	struct term_param *at;
	size_t count;
};

enum {
	TERM_DEPTH_MAX = 48,
	TERM_STEPS_MAX = 20000, /* terms of one comparison */
	TERM_PARAMS_MAX = 64
};

/* What a lifetime that is not written stands for. */
enum term_elision {
	TERM_ELIDED_FRESH,
	TERM_ELIDED_STATIC,
	TERM_ELIDED_IS /* `elided` of the builder */
};

struct term_frame;
struct term_binder;

struct term_builder {
	struct semver_side *side;
	int which; /* SEMVER_OLD or SEMVER_NEW */
	struct arena *arena;
	const struct term *self;	  /* what `Self` is; NULL: itself */
	const struct term_params *params; /* constants but these have values */
	const struct term_frame *frame;	  /* parameters of an alias */
	struct term_binder *binders;	  /* for<'a> around */
	enum term_elision elision;
	const struct term *elided;
	const struct term *object; /* lifetime of a dyn; NULL: 'static */
	unsigned fresh;
	unsigned bound; /* lifetimes of binders so far */
	unsigned depth;
	unsigned steps;
	unsigned inputs; /* lifetimes seen while `elided_from` counts */
	const struct term *input;
	bool is_out_of_memory;
};

void term_builder_init(struct term_builder *b, struct semver_side *side,
		       int which, struct arena *arena);

/* Never NULL. */
const struct term *term_build(struct term_builder *b, struct rustdoc_span at);

/* The path of a trait or type: {"path", "id", "args"}. */
const struct term *term_build_path(struct term_builder *b,
				   struct rustdoc_span at);

/* The type or alias ITEM with ARGS. */
const struct term *term_build_item(struct term_builder *b,
				   const struct rustdoc_item *item,
				   const struct term **args, size_t count);
struct term_bounds term_build_bounds(struct term_builder *b,
				     struct rustdoc_span at);

/* TRAIT with the parameter that is SELF where it is not written. */
const struct term *term_with_self(struct term_builder *b,
				  const struct term *trait,
				  const struct term *self);

/* impl Future<Output = OUTPUT>. */
const struct term *term_build_future(struct term_builder *b,
				     const struct term *output);

/* A parameter by its name; a lifetime if it begins with an apostrophe. */
const struct term *term_build_param(struct term_builder *b, const char *name);

/* The parameters of GENERICS after those in OUT, and what they must fulfil. */
void term_build_generics(struct term_builder *b, struct rustdoc_span generics,
			 struct term_params *out, struct term_preds *preds);

void term_preds_add(struct term_builder *b, struct term_preds *preds,
		    const struct term *type, struct term_bound bound);

/*
 * A projection that begins with no parameter, and no impl of this crate says
 * what it is: it may be any type.
 */
bool term_is_unresolved(const struct term *t);

/* Whatever has TRAIT has no borrow that ends.  DEPTH: 0. */
bool term_trait_is_static(struct term_builder *b, const struct term *trait,
			  unsigned depth);

/* Is any trait asked of the type parameter PARAM? */
bool term_preds_ask(const struct term_preds *preds, const char *param);

/* As Rust would write it, paths by their last part. */
void term_show(const struct term *t, struct strbuf *out);

/*
 * As another crate must write it: full paths, a nameless lifetime as 'l1, Self
 * as Own.  False if it cannot: something has no public path.
 */
bool term_code(struct semver_side *side, const struct term *t,
	       struct strbuf *out);

#endif
