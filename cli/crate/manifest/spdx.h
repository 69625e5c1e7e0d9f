#ifndef CRATE_MANIFEST_SPDX_H
#define CRATE_MANIFEST_SPDX_H

#include <stddef.h>

struct err;
struct strbuf;
struct wordlist;

/*
 * Licence expressions (SPDX specification, annex D) as crates.io takes them
 * in `license`: identifiers of the SPDX list, spelt exactly, "+", WITH, AND,
 * OR, parentheses, LicenseRef-; and beyond the specification "/" for OR,
 * deprecated identifiers, and "+" after those of GNU.  Names that merely
 * resemble one ("apache 2.0") are refused there, and so here.
 */
struct spdx_lists {
	const struct wordlist *licenses; /* marked "deprecated" or not */
	const struct wordlist *exceptions;
};

/* What the expression makes use of that a newer one would say otherwise. */
enum spdx_notes {
	SPDX_SLASH = 1,	     /* "/" for OR */
	SPDX_DEPRECATED = 2, /* an identifier that SPDX has replaced */
	SPDX_LOWER_CASE = 4  /* "or" for OR; older servers refuse it */
};

enum {
	SPDX_MAX = 1000 /* bytes of an expression */
};

/*
 * 0, with the enum spdx_notes that apply in *NOTES; or ERR_FORMAT with the
 * reason, and the expression that was probably meant as hint.
 */
int spdx_check(const char *expression, const struct spdx_lists *lists,
	       unsigned *notes, struct err *err);

/* EXPRESSION with OR for "/" and operators in capitals. */
void spdx_modernise(const char *expression, struct strbuf *out);

#endif
