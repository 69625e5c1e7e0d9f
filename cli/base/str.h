#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdlib.h>

#include "base/attr.h"

/* free() for a string that a local owns: AUTO(str_freep) char *s. */
static inline ATTR_UNUSED void str_free(char *s)
{
	free(s);
}
AUTO_DEFINE(char *, str_free)

#endif
