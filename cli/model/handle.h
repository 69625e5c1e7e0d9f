#ifndef MODEL_HANDLE_H
#define MODEL_HANDLE_H

#include <stdbool.h>

/*
 * A student's short unique name: 1 to HANDLE_MAX lower-case letters, digits
 * and single '-' between them, begun by a letter.  It names files and parts
 * of URLs, so nothing else gets in.
 */
enum {
	HANDLE_MAX = 39
};

bool handle_is_valid(const char *handle);

#endif
