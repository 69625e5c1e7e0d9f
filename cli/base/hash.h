#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fingerprints of 128 bits, to tell whether two texts are the same without
 * keeping them.  Seeded per process, so that no text from outside can be made
 * to have another's; never to be written down.  Any thread.
 *
 * What is added counts with its borders: "ab", "c" is not "a", "bc".
 */
struct hash {
	uint64_t half[2];
};

struct hash hash_start(void);
void hash_bytes(struct hash *h, const char *bytes, size_t len);
void hash_words(struct hash *h, uint64_t a, uint64_t b);

static inline bool hash_same(const struct hash *a, const struct hash *b)
{
	return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

#endif
