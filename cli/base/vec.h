#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <stddef.h>

/*
 * Grow the array ITEMS (of *CAP elements of SIZE bytes, from malloc) so that
 * it holds NEED.  Returns the array, moved perhaps, with *CAP updated; NULL
 * without memory, and then ITEMS and *CAP are as they were.
 *
 *	struct x *grown = vec_grow(v->items, &v->cap, v->count + 1,
 *				   sizeof(*grown));
 */
void *vec_grow(void *items, size_t *cap, size_t need, size_t size);

#endif
