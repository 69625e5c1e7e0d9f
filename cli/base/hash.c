#include "base/hash.h"

#include <pthread.h>
#include <string.h>

#include "base/os_linux.h"

/*
 * Each half takes sixteen bytes by one multiplication to twice the width,
 * folded; both factors hold something secret.
 */
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;
static uint64_t secret[4];

static void make_secret(void)
{
	os_random(secret, sizeof(secret));
}

struct hash hash_start(void)
{
	pthread_once(&secret_once, make_secret);
	return (struct hash){ { secret[2], secret[3] } };
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

static inline uint64_t fold(uint64_t a, uint64_t b)
{
	wide product = (wide)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static uint64_t fold(uint64_t a, uint64_t b)
{
	uint64_t ll = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t lh = (a & UINT32_MAX) * (b >> 32);
	uint64_t hl = (a >> 32) * (b & UINT32_MAX);
	uint64_t hh = (a >> 32) * (b >> 32);
	uint64_t middle = (ll >> 32) + (lh & UINT32_MAX) + (hl & UINT32_MAX);

	return (middle << 32 | (ll & UINT32_MAX)) ^
	       (hh + (lh >> 32) + (hl >> 32) + (middle >> 32));
}
#endif

static inline void take(struct hash *h, uint64_t a, uint64_t b)
{
	h->half[0] = fold(a ^ secret[0], b ^ h->half[0]);
	h->half[1] = fold(b ^ secret[1], a ^ h->half[1]);
}

void hash_words(struct hash *h, uint64_t a, uint64_t b)
{
	take(h, a, b);
}

static inline uint64_t load(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Fewer than sixteen, those in the middle twice: the length goes in, too. */
static inline uint64_t load_short(const char *p, size_t len, uint64_t *high)
{
	uint32_t first, last;

	if (len >= sizeof(uint64_t)) {
		*high = load(p + len - sizeof(uint64_t));
		return load(p);
	}
	*high = 0;
	if (len >= sizeof(first)) {
		memcpy(&first, p, sizeof(first));
		memcpy(&last, p + len - sizeof(last), sizeof(last));
		return (uint64_t)first << 32 | last;
	}
	if (len == 0)
		return 0;
	return (uint64_t)(unsigned char)p[0] << 16 |
	       (uint64_t)(unsigned char)p[len / 2] << 8 |
	       (unsigned char)p[len - 1];
}

void hash_bytes(struct hash *h, const char *bytes, size_t len)
{
	uint64_t low, high;
	size_t left = len;

	for (; left >= 16; left -= 16, bytes += 16)
		take(h, load(bytes), load(bytes + 8));
	low = load_short(bytes, left, &high);
	take(h, low, high);
	take(h, len, left);
}
