#ifndef BASE_SAME_H
#define BASE_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

/*
 * Are LEN bytes the same?  For literals, of which LEN is known when this is
 * compiled: a few words are compared, and nothing is called.
 */
static ATTR_INLINE bool bytes_same(const char *a, const char *b, size_t len)
{
	uint64_t x, y, v, w;
	uint32_t p, q, r, s;

	if (len > 16)
		return memcmp(a, b, len) == 0;
	if (len >= 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		memcpy(&v, a + len - 8, 8);
		memcpy(&w, b + len - 8, 8);
		return ((x ^ y) | (v ^ w)) == 0;
	}
	if (len >= 4) {
		memcpy(&p, a, 4);
		memcpy(&q, b, 4);
		memcpy(&r, a + len - 4, 4);
		memcpy(&s, b + len - 4, 4);
		return ((p ^ q) | (r ^ s)) == 0;
	}
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

#endif
