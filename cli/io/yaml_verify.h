#ifndef IO_YAML_VERIFY_H
#define IO_YAML_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "io/yaml.h"

/* What an edit was to do, for io/yaml_edit.c alone. */
enum yaml_edit_kind {
	YAML_EDIT_SET,
	YAML_EDIT_ADD_KEY,
	YAML_EDIT_ADD_ITEM,
	YAML_EDIT_REMOVE
};

struct yaml_edit {
	enum yaml_edit_kind kind;
	const struct node *target;
	struct yaml_value value;       /* set */
	const struct yaml_pair *pairs; /* add */
	size_t count;
	size_t index; /* remove */
};

/* True if AFTER is the tree BEFORE with just that edit. */
bool yaml_verify(const struct node *before, const struct node *after,
		 const struct yaml_edit *edit);

#endif
