#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_linux.h"

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t seed;

static void make_seed(void)
{
	os_random(&seed, sizeof(seed));
}

/* Multiply and fold, eight bytes at a time; the seed makes it unguessable. */
static uint64_t mix(uint64_t h, uint64_t x)
{
	h ^= x;
	h *= 0x9e3779b97f4a7c15u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return h ^ (h >> 32);
}

static uint64_t hash_bytes(const char *key, size_t len)
{
	uint64_t h, word;

	pthread_once(&seed_once, make_seed);
	h = mix(seed, len);
	while (len >= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		h = mix(h, word);
		key += sizeof(word);
		len -= sizeof(word);
	}
	word = 0;
	if (len > 0)
		memcpy(&word, key, len);
	return mix(h, word);
}

void map_release(struct map *m)
{
	if (!m)
		return;
	free(m->slots);
	*m = (struct map){ 0 };
}

static struct map_slot *find(const struct map *m, const char *key, size_t len,
			     uint64_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].key) {
		const struct map_slot *s = &m->slots[i];

		if (s->hash == hash && s->key_len == len &&
		    memcmp(s->key, key, len) == 0)
			break;
		i = (i + 1) & (m->cap - 1);
	}
	return &m->slots[i];
}

void *map_get_n(const struct map *m, const char *key, size_t key_len)
{
	const struct map_slot *s;

	if (m->cap == 0)
		return NULL;
	s = find(m, key, key_len, hash_bytes(key, key_len));
	return s->key ? s->value : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	return map_get_n(m, key, strlen(key));
}

static int rehash(struct map *m)
{
	struct map bigger = { .cap = m->cap ? m->cap * 2 : 16 };

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -1;
	for (size_t i = 0; i < m->cap; i++) {
		const struct map_slot *s = &m->slots[i];

		if (s->key)
			*find(&bigger, s->key, s->key_len, s->hash) = *s;
	}
	free(m->slots);
	m->slots = bigger.slots;
	m->cap = bigger.cap;
	return 0;
}

int map_put_n(struct map *m, const char *key, size_t key_len, void *value)
{
	uint64_t hash = hash_bytes(key, key_len);
	struct map_slot *s;

	if (m->count * 4 >= m->cap * 3 && rehash(m) < 0)
		return -1;
	s = find(m, key, key_len, hash);
	if (!s->key)
		m->count++;
	*s = (struct map_slot){ key, key_len, hash, value };
	return 0;
}

int map_put(struct map *m, const char *key, void *value)
{
	return map_put_n(m, key, strlen(key), value);
}
