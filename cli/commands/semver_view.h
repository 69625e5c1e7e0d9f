#ifndef COMMANDS_SEMVER_VIEW_H
#define COMMANDS_SEMVER_VIEW_H

#include "base/json.h"

struct semver_answer;
struct terminal;

/* How much of it is there: what nobody reads takes most of the time. */
enum semver_detail {
	SEMVER_ROWS,	 /* of findings what a row of TSV has; no checks */
	SEMVER_FINDINGS, /* no checks */
	SEMVER_ALL
};

/* What `cohort semver` found, as the value of --json; NULL without memory. */
json_t *semver_answer_view(const struct semver_answer *a,
			   enum semver_detail detail);

/* The findings, for people. */
void semver_print_text(struct terminal *t, const json_t *view);

/* A row a finding: lint, file, line, subject, with tabs between them. */
void semver_print_tsv(struct terminal *t, const json_t *view);

#endif
