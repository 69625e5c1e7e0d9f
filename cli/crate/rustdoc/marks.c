#include "crate/rustdoc/marks.h"

#include <stdbool.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	MARK_SIZE = 3
};

static bool is_mark(const char *p)
{
	if (p[0] == '"')
		return p[1] == 'q' || (p[1] == ':' && p[2] == '[');
	return (p[0] == 'd' || p[0] == 'r') && p[1] == '"' && p[2] == ':';
}

#ifdef __SSE2__
static __m128i load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

static __m128i equal(__m128i v, char c)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

/* A bit for each of the 16 places at P; two bytes behind them are read. */
static unsigned marks_at(const char *p)
{
	__m128i v0 = load(p), v1 = load(p + 1), v2 = load(p + 2);
	__m128i key = _mm_and_si128(equal(v1, '"'), equal(v2, ':'));
	__m128i last = _mm_or_si128(equal(v0, 'd'), equal(v0, 'r'));
	__m128i list = _mm_and_si128(equal(v1, ':'), equal(v2, '['));
	__m128i first = _mm_or_si128(equal(v1, 'q'), list);

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_and_si128(key, last),
			     _mm_and_si128(equal(v0, '"'), first)));
}
#endif

size_t marks_find(const char *text, size_t pos, size_t end)
{
#ifdef __SSE2__
	for (; end - pos >= 16 + MARK_SIZE; pos += 16) {
		unsigned found = marks_at(text + pos);

		if (found)
			return pos + (unsigned)__builtin_ctz(found);
	}
#endif
	for (; end - pos >= MARK_SIZE; pos++)
		if (is_mark(text + pos))
			return pos;
	return end;
}
