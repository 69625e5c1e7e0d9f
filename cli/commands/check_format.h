#ifndef COMMANDS_CHECK_FORMAT_H
#define COMMANDS_CHECK_FORMAT_H

#include "base/json.h"

struct terminal;

/*
 * The view of `cohort check` for other programs: SARIF 2.1.0 (OASIS), which
 * code hosts read, and JUnit's XML, which every CI reads.
 */
void check_print_sarif(struct terminal *t, const json_t *view);
void check_print_junit(struct terminal *t, const json_t *view);

#endif
