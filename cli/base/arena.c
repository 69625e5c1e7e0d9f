#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_MIN = 4096,
	BLOCK_MAX = 1 << 20
};

struct arena_block {
	struct arena_block *next;
	size_t size;
	max_align_t data[];
};

void arena_release(struct arena *a)
{
	if (!a)
		return;
	for (struct arena_block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){ .max = a->max };
}

void arena_join(struct arena *a, struct arena *from)
{
	struct arena_block **end = &a->blocks;

	if (!from->blocks)
		return;
	if (!a->blocks)
		a->used = from->used;
	while (*end)
		end = &(*end)->next;
	*end = from->blocks;
	a->total += from->total;
	*from = (struct arena){ .max = from->max };
}

/*
 * Blocks double, so a big document takes few and a small one little; the last
 * one is what the limit leaves.
 */
static int grow(struct arena *a, size_t need)
{
	size_t size = a->blocks ? a->blocks->size * 2 : (size_t)BLOCK_MIN;
	size_t left = a->max > a->total ? a->max - a->total : 0;
	struct arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size < need)
		size = need;
	if (a->max && size > left)
		size = left;
	if (size < need)
		return -1;
	b = calloc(1, sizeof(*b) + size);
	if (!b)
		return -1;
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	a->total += size;
	a->used = 0;
	return 0;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->blocks, a->used };
}

void arena_rewind(struct arena *a, struct arena_mark to)
{
	if (!a->blocks || a->blocks != to.block)
		return;
	memset((char *)a->blocks->data + to.used, 0, a->used - to.used);
	a->used = to.used;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = sizeof(max_align_t);
	char *p;

	if (size > SIZE_MAX / 4)
		return NULL;
	size = (size + align - 1) / align * align;
	if (size == 0)
		size = align;
	if (!a->blocks || a->blocks->size - a->used < size) {
		if (grow(a, size) < 0)
			return NULL;
	}
	p = (char *)a->blocks->data + a->used;
	a->used += size;
	return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		return NULL;
	p = arena_alloc(a, (size_t)len + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return p;
}
