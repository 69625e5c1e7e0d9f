#ifndef CRATE_MANIFEST_LINTS_PRIVATE_H
#define CRATE_MANIFEST_LINTS_PRIVATE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/node.h"
#include "crate/manifest/lint_table.h"
#include "crate/manifest/lints.h"
#include "crate/manifest/manifest.h"

/* One run of manifest_lint(), for the files that share the work. */
struct linter {
	const struct lint_input *in;
	const struct manifest *m;
	struct lint_report report;
	struct err *err;
};

/* The place of a part: where the student wrote it, if that is known. */
const struct node *lint_where(const struct linter *l,
			      const struct node *original,
			      const struct node *packed);

/* The node of FIELD, where the student wrote it. */
#define LINT_WHERE(l, field)                                                 \
	lint_where(l,                                                        \
		   (l)->in->original ? (l)->in->original->field.node : NULL, \
		   (l)->m->field.node)

/* Each 0 or ERR_NOMEM. */
int lint_page(struct linter *l);     /* lints_page.c */
int lint_features(struct linter *l); /* lints_deps.c */
int lint_deps(struct linter *l);
int lint_files(struct linter *l); /* lints_files.c */

/*
 * Does URL begin with http:// or https:// and parse as a URL?  Lenient as
 * browsers are: only what the WHATWG's parser refuses is refused.
 */
bool url_is_web(const char *url);

#endif
