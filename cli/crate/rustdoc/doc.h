#ifndef CRATE_RUSTDOC_DOC_H
#define CRATE_RUSTDOC_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/hash.h"
#include "base/scan.h"
#include "crate/rustdoc/item.h"
#include "crate/rustdoc/source.h"

struct arena;
struct err;
struct rustdoc_target;

/*
 * A rustdoc JSON document (rust-lang/rust, src/rustdoc-json-types).
 *
 * One pass over the text records where each item lies and takes a fingerprint
 * of it; an item is parsed when it is first asked for, so that a document of
 * 200 MB of which a comparison needs a tenth costs little more than the pass.
 * The text stays where it is and must outlive the document.
 *
 * To be read in full, the JSON must come from rustdoc with
 *
 *	RUSTC_BOOTSTRAP=1, and the flags
 *	-Z unstable-options --output-format json
 *	--document-private-items --document-hidden-items --cap-lints=allow
 *
 * and, as both sides of a comparison, from one toolchain, one dependency
 * graph, one set of features and one target.  Private items are needed
 * because they shadow globs and seal traits.  Spans are as the compiler was
 * given the source: run rustdoc in the crate's folder with a relative path.
 *
 * Formats 45 (Rust 1.88) to 61 are known.  A newer one is read as far as its
 * known parts go, and rustdoc_is_newer() says so; an older one is ERR_FORMAT.
 *
 * Nothing in the text is trusted.  A failure while an item is parsed sticks
 * to the document: the item counts as absent, and rustdoc_check() has the
 * message with its byte.  So lints ask freely and the end asks once.
 *
 * Items are parsed on demand, so one thread at a time.
 */
enum {
	RUSTDOC_FORMAT_MIN = 45,
	RUSTDOC_FORMAT_MAX = 61,
};

struct rustdoc;

/*
 * NAME is how messages call the document.  The text is FROM's, which is copied.
 * ERR_FORMAT for what is no rustdoc JSON, is cut off, has an id twice or is too
 * old; ERR_LIMIT for 4 GiB and more, or for absurd nesting; what FROM's read()
 * fails with.
 */
int rustdoc_open_source(const struct rustdoc_source *from, const char *name,
			struct rustdoc **out, struct err *err);

/* The same of a text in memory, where items are parsed only if asked for. */
int rustdoc_open(const char *text, size_t len, const char *name,
		 struct rustdoc **out, struct err *err);
void rustdoc_free(struct rustdoc *d);
AUTO_DEFINE(struct rustdoc *, rustdoc_free)

const char *rustdoc_name(const struct rustdoc *d);
uint32_t rustdoc_format(const struct rustdoc *d);
bool rustdoc_is_newer(const struct rustdoc *d);

/* False if private items were left out when it was made. */
bool rustdoc_has_private(const struct rustdoc *d);

const char *rustdoc_crate_version(const struct rustdoc *d); /* or NULL */
const char *rustdoc_target(const struct rustdoc *d); /* triple, or NULL */

/* The same with its features, see target.h; never NULL. */
const struct rustdoc_target *rustdoc_target_data(struct rustdoc *d);

/* The root module; never NULL in a document that was opened. */
const struct rustdoc_item *rustdoc_root(struct rustdoc *d);

/* How many items the index has, and the id of number N in the text. */
size_t rustdoc_count(const struct rustdoc *d);
uint32_t rustdoc_id_at(const struct rustdoc *d, size_t n);

/* NULL if ID dangles, or cannot be parsed. */
const struct rustdoc_item *rustdoc_item(struct rustdoc *d, uint32_t id);

/* The same, and NULL too if it is of another kind. */
const struct rustdoc_item *rustdoc_item_of(struct rustdoc *d, uint32_t id,
					   enum rustdoc_kind kind);

/*
 * What sort of impl ID plainly is, by the end of its text, without parsing
 * it: most impls are of a sort that few ask for.
 */
enum rustdoc_impl_sort rustdoc_impl_sort(const struct rustdoc *d, uint32_t id);

/*
 * The trait that the impl ID is of, RUSTDOC_NO_ID if none; read past what
 * stands before it and no further, and not kept.
 */
uint32_t rustdoc_impl_trait(struct rustdoc *d, uint32_t id);

/*
 * A fingerprint of the item ID with its members, impls and so on: the same in
 * two documents if nothing that is written in it differs, but for where it is
 * written, its docs, and by what ids.  So there is no need to parse it.  False
 * if it has none: that says nothing.  With *HAS_EXPR it may name constants,
 * whose values do not count here, see surface_constant().
 */
bool rustdoc_hash(struct rustdoc *d, uint32_t id, struct hash *out,
		  bool *has_expr);

/*
 * The ids of types and traits that stand in the text of the item ID itself, in
 * the order of the text: of items with one fingerprint they are in pairs.  NULL
 * if it has none.
 */
const uint32_t *rustdoc_mentioned(const struct rustdoc *d, uint32_t id,
				  size_t *count);

/* True if ID is plainly a function with a body; false says nothing. */
bool rustdoc_has_body(const struct rustdoc *d, uint32_t id);

/* A fingerprint of the target. */
struct hash rustdoc_target_hash(const struct rustdoc *d);

/* False if no item has an attribute that names a symbol. */
bool rustdoc_has_symbols(const struct rustdoc *d);

/*
 * What `paths` knows of ID, foreign items included: "core::marker::Send" in
 * *PATH and "trait" in *KIND, which live as long as the document.  False if it
 * knows nothing.
 */
bool rustdoc_path(struct rustdoc *d, uint32_t id, const char **path,
		  const char **kind);

/*
 * A cursor at SPAN, which must be of an item of the index; its text stays as
 * long as the document.  False, and the cursor has failed, if it cannot be
 * read.
 */
bool rustdoc_cursor(struct rustdoc *d, struct rustdoc_span span,
		    struct scan *out);

/* The bytes of SPAN; false likewise. */
bool rustdoc_text(struct rustdoc *d, struct rustdoc_span span,
		  struct scan_text *out);

/* Keep the failure of a cursor, or ERR_NOMEM for NULL, if it is the first. */
void rustdoc_fail(struct rustdoc *d, const struct scan *s);

/* 0, or the first failure of anything that was parsed. */
int rustdoc_check(const struct rustdoc *d, struct err *err);

#endif
