#include "base/skip.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/attr.h"
#include "base/os_linux.h"
#include "base/scan.h"

enum {
	BLOCK = 64, /* bytes looked at together: one bit each */
};

/* Bit I of a block's masks stands for its byte I. */
struct masks {
	uint64_t quote;
	uint64_t backslash;
	uint64_t open;
	uint64_t close;
};

/* What is carried from one block to the next. */
struct skip {
	uint64_t in_string; /* all ones inside, else 0 */
	uint64_t escaped;   /* 1: the first byte follows a backslash */
	size_t depth;
};

/* What each way does differently. */
typedef void classify_fn(const char *p, struct masks *m);
typedef uint64_t spread_fn(uint64_t quote);
typedef unsigned count_fn(uint64_t bits);

static unsigned lowest(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits);
}

static uint64_t escaped_bytes(struct skip *k, uint64_t backslash)
{
	uint64_t escaped = k->escaped;

	backslash &= ~k->escaped;
	k->escaped = 0;
	while (backslash) {
		unsigned i = lowest(backslash);

		if (i == BLOCK - 1) {
			k->escaped = 1;
			break;
		}
		escaped |= (uint64_t)2 << i;
		backslash &= ~((uint64_t)3 << i);
	}
	return escaped;
}

/* The bracket in a block that ends it all, or is one too many; else BLOCK. */
static unsigned follow(struct skip *k, uint64_t open, uint64_t close)
{
	for (uint64_t both = open | close; both; both &= both - 1) {
		uint64_t bit = both & -both;

		if (close & bit) {
			if (--k->depth == 0)
				return lowest(bit);
		} else if (++k->depth > SCAN_DEPTH_MAX) {
			return lowest(bit);
		}
	}
	return BLOCK;
}

static ATTR_INLINE int pass(const char *text, size_t len, size_t *pos,
			    classify_fn *classify, spread_fn *spread,
			    count_fn *count)
{
	struct skip k = { 0 };

	for (; *pos < len; *pos += BLOCK) {
		const char *p = text + *pos;
		char tail[BLOCK];
		uint64_t quote, outside, open, close;
		struct masks m;
		unsigned at;

		if (len - *pos < BLOCK) {
			memset(tail, 0, sizeof(tail));
			memcpy(tail, p, len - *pos);
			p = tail;
		}
		classify(p, &m);
		quote = m.quote;
		if (m.backslash | k.escaped)
			quote &= ~escaped_bytes(&k, m.backslash);
		quote = spread(quote) ^ k.in_string;
		k.in_string = quote >> (BLOCK - 1) ? UINT64_MAX : 0;
		outside = ~quote;
		open = m.open & outside;
		close = m.close & outside;
		if (k.depth > count(close) &&
		    k.depth + count(open) <= SCAN_DEPTH_MAX) {
			k.depth += count(open);
			k.depth -= count(close);
			continue;
		}
		at = follow(&k, open, close);
		if (at == BLOCK)
			continue;
		*pos += at;
		if (k.depth > 0)
			return SKIP_DEEP;
		++*pos;
		return SKIP_DONE;
	}
	*pos = len;
	return SKIP_CUT;
}

/* ---- with what every processor has */

/* In pairs, fours and eights at once; the product adds up the bytes. */
static ATTR_INLINE unsigned count_by_halves(uint64_t bits)
{
	bits -= bits >> 1 & 0x5555555555555555u;
	bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (unsigned)(bits * 0x0101010101010101u >> 56);
}

/* Ones from each opening quote up to its closing one. */
static ATTR_INLINE uint64_t spread_by_halves(uint64_t quote)
{
	quote ^= quote << 1;
	quote ^= quote << 2;
	quote ^= quote << 4;
	quote ^= quote << 8;
	quote ^= quote << 16;
	quote ^= quote << 32;
	return quote;
}

static uint64_t load_le64(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/* 64 bytes of 0 or 1 into 64 bits; the multiplication gathers eight. */
static uint64_t gather(const unsigned char *flags)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < BLOCK / 8; i++) {
		uint64_t eight = load_le64(flags + 8 * i);

		bits |= eight * 0x0102040810204080u >> 56 << 8 * i;
	}
	return bits;
}

/* Branch-free, so that compilers make it a few vector instructions. */
static ATTR_INLINE void classify_bytes(const char *p, struct masks *m)
{
	unsigned char quote[BLOCK], back[BLOCK], open[BLOCK], close[BLOCK];

	for (unsigned i = 0; i < BLOCK; i++) {
		unsigned char c = (unsigned char)p[i];
		unsigned char folded = c | 0x20; /* '[' to '{', ']' to '}' */

		quote[i] = c == '"';
		back[i] = c == '\\';
		open[i] = folded == '{';
		close[i] = folded == '}';
	}
	m->quote = gather(quote);
	m->backslash = gather(back);
	m->open = gather(open);
	m->close = gather(close);
}

static int skip_plain(const char *text, size_t len, size_t *pos)
{
	return pass(text, len, pos, classify_bytes, spread_by_halves,
		    count_by_halves);
}

/* ---- sixteen bytes at a time */

#ifdef __x86_64__
/* A bit for each of the 16 bytes of V that are C. */
static uint64_t equal(__m128i v, char c)
{
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

static ATTR_INLINE void classify_sse2(const char *p, struct masks *m)
{
	*m = (struct masks){ 0 };
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i folded = _mm_or_si128(v, _mm_set1_epi8(0x20));

		m->quote |= equal(v, '"') << i;
		m->backslash |= equal(v, '\\') << i;
		m->open |= equal(folded, '{') << i;
		m->close |= equal(folded, '}') << i;
	}
}

static int skip_sse2(const char *text, size_t len, size_t *pos)
{
	return pass(text, len, pos, classify_sse2, spread_by_halves,
		    count_by_halves);
}

/* ---- thirty-two bytes at a time */

#define AVX2 "avx2,pclmul,popcnt,bmi"

static ATTR_TARGET(AVX2) inline uint64_t equal_avx2(__m256i v, char c)
{
	return (unsigned)_mm256_movemask_epi8(
		_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

static ATTR_TARGET(AVX2) inline uint64_t both_avx2(__m256i v[2], char c)
{
	return equal_avx2(v[0], c) | equal_avx2(v[1], c) << 32;
}

static ATTR_TARGET(AVX2) inline void classify_avx2(const char *p,
						   struct masks *m)
{
	__m256i v[2], folded[2];

	for (unsigned i = 0; i < 2; i++) {
		v[i] = _mm256_loadu_si256((const __m256i *)(p + 32 * i));
		folded[i] = _mm256_or_si256(v[i], _mm256_set1_epi8(0x20));
	}
	m->quote = both_avx2(v, '"');
	m->backslash = both_avx2(v, '\\');
	m->open = both_avx2(folded, '{');
	m->close = both_avx2(folded, '}');
}

/* A product without carries, by all ones: each bit turns all above it over. */
static ATTR_TARGET(AVX2) inline uint64_t spread_avx2(uint64_t quote)
{
	__m128i product = _mm_clmulepi64_si128(
		_mm_set_epi64x(0, (long long)quote), _mm_set1_epi8(-1), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

static ATTR_TARGET(AVX2) inline unsigned count_avx2(uint64_t bits)
{
	return (unsigned)__builtin_popcountll(bits);
}

static ATTR_TARGET(AVX2) int skip_avx2(const char *text, size_t len,
				       size_t *pos)
{
	return pass(text, len, pos, classify_avx2, spread_avx2, count_avx2);
}

#endif

skip_fn *skip_way(size_t n)
{
	skip_fn *ways[4] = { skip_plain };
	size_t count = 1;

#ifdef __x86_64__
	ways[count++] = skip_sse2;
	if (os_has_avx2())
		ways[count++] = skip_avx2;
#endif
	return n < count ? ways[n] : NULL;
}

int skip_brackets(const char *text, size_t len, size_t *pos)
{
#ifdef __x86_64__
	if (os_has_avx2())
		return skip_avx2(text, len, pos);
	return skip_sse2(text, len, pos);
#else
	return skip_plain(text, len, pos);
#endif
}
