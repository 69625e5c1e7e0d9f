#ifndef IO_YAML_VERIFY_H
#define IO_YAML_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "io/yaml.h"

/*
 * True if AFTER is the tree BEFORE with just those COUNT edits, each of another
 * target.  For io/yaml_edit.c; ERR is set only without memory.
 */
bool yaml_verify(const struct node *before, const struct node *after,
		 const struct yaml_edit *const *edits, size_t count,
		 struct err *err);

#endif
