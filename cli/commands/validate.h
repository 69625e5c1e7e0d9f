#ifndef COMMANDS_VALIDATE_H
#define COMMANDS_VALIDATE_H

#include "base/json.h"
#include "base/terminal.h"

struct err;
struct validation;

/* What `cohort validate` found, complete; NULL without memory. */
json_t *validate_view(const struct validation *v);

/* The view for people. */
void validate_print(struct terminal *t, const json_t *view);

/* For a CI, which reads JUnit's XML. */
void validate_print_junit(struct terminal *t, const json_t *view);

/* The view as a page of its own, into the file PATH. */
int validate_page(const char *path, const json_t *view, struct err *err);

#endif
