#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/attr.h"

/*
 * Memory that is freed all at once: one arena for a parsed document, so that
 * its parts need no owners of their own.  Allocations are aligned for any
 * type and zeroed.  One thread at a time.  `{ 0 }` is a valid empty arena.
 */
struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t used;  /* bytes handed out in the newest block */
	size_t total; /* bytes of all blocks */
	size_t max;   /* 0: no limit; else an allocation beyond it fails */
};

void arena_release(struct arena *a);
AUTO_RELEASE(struct arena, arena_release)

/* What FROM holds becomes A's; FROM is empty after. */
void arena_join(struct arena *a, struct arena *from);

/*
 * Give back what was handed out since arena_mark(), if the arena has not grown
 * by another block meanwhile; else it stays.
 */
struct arena_mark {
	const struct arena_block *block;
	size_t used;
};

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark to);

/* NULL: no memory, or the limit. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) ATTR_PRINTF(2, 3);

#endif
