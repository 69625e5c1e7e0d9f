#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * A hash map from byte strings to pointers.  Keys and values are borrowed:
 * they must outlive the map.  Seeded per process, so that keys from outside
 * cannot be chosen to collide.  One thread at a time for writing; any number
 * for reading a map that nobody writes.  `{ 0 }` is a valid empty map.
 */
struct map_slot {
	const char *key; /* NULL: free */
	size_t key_len;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_slot *slots;
	size_t count;
	size_t cap; /* a power of two, or 0 */
};

void map_release(struct map *m);
AUTO_RELEASE(struct map, map_release)

/* The value of KEY, or NULL. */
void *map_get(const struct map *m, const char *key);
void *map_get_n(const struct map *m, const char *key, size_t key_len);

/* Set or replace.  0, or -1 without memory.  VALUE must not be NULL. */
int map_put(struct map *m, const char *key, void *value);
int map_put_n(struct map *m, const char *key, size_t key_len, void *value);

#endif
