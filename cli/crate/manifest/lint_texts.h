#ifndef CRATE_MANIFEST_LINT_TEXTS_H
#define CRATE_MANIFEST_LINT_TEXTS_H

#include "crate/manifest/lint_table.h"

/* The two halves of the table; lint_at() knows which. */
extern const struct lint lint_manifest_texts[LINT_DAMAGED_ARCHIVE];
extern const struct lint lint_package_texts[LINT_COUNT - LINT_DAMAGED_ARCHIVE];

#endif
