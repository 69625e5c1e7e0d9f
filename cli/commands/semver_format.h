#ifndef COMMANDS_SEMVER_FORMAT_H
#define COMMANDS_SEMVER_FORMAT_H

#include "base/json.h"

struct terminal;

/*
 * The view of `cohort semver` for other programs: SARIF 2.1.0 (OASIS), which
 * code hosts read, and JUnit's XML, which every CI reads: a crate is a suite,
 * a lint a case.
 */
void semver_print_sarif(struct terminal *t, const json_t *view);
void semver_print_junit(struct terminal *t, const json_t *view);

#endif
