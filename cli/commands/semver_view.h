#ifndef COMMANDS_SEMVER_VIEW_H
#define COMMANDS_SEMVER_VIEW_H

#include <stdbool.h>

#include "base/json.h"

struct semver_answer;
struct terminal;

/*
 * What `cohort semver` found, as the value of --json; NULL without memory.
 * CHECKS false leaves its "checks" empty: half of the time, where nobody reads
 * them.
 */
json_t *semver_answer_view(const struct semver_answer *a, bool checks);

/* The findings, for people. */
void semver_print_text(struct terminal *t, const json_t *view);

/* A row a finding: lint, file, line, subject, with tabs between them. */
void semver_print_tsv(struct terminal *t, const json_t *view);

#endif
