#ifndef COMMANDS_VERDICT_H
#define COMMANDS_VERDICT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/terminal.h"

/* How `check`, `submit` and `validate` show what became of one crate. */

/* Of "pass", "fail", "error"; all other words are dim. */
enum term_style verdict_style(const char *verdict);

/*
 * The item's label, its crate and its verdict, without the line's end.  False
 * where nothing was submitted: then that is said, and the line is complete.
 */
bool verdict_print_head(struct terminal *t, const json_t *item);

/* Where the finding F is, BETWEEN, why it is one, and of what. */
void verdict_print_finding(struct terminal *t, const json_t *f,
			   const char *between);

#endif
