#include "crate/rustdoc/plain.h"

#include <string.h>

#ifdef __x86_64__
#include <emmintrin.h>
#endif

#include "base/attr.h"
#include "base/same.h"

enum {
	DIGITS_MAX = 9, /* they fit into 32 bits */
	AT_HAND = 128,	/* bytes that a key, or what ends an entry, may take */
	KIND_MAX = 32
};

/* LITERAL at *P is passed; the text has as many bytes. */
#define pass(p, literal) pass_bytes((p), (literal), sizeof(literal) - 1)

static ATTR_INLINE bool pass_bytes(const char **p, const char *bytes,
				   size_t len)
{
	if (!bytes_same(*p, bytes, len))
		return false;
	*p += len;
	return true;
}

static inline bool pass_number(const char **p, uint32_t *out)
{
	const char *from = *p;
	uint32_t value = 0;

	for (; **p >= '0' && **p <= '9'; ++*p) {
		if (*p - from == DIGITS_MAX)
			return false;
		value = value * 10 + (uint32_t)(**p - '0');
	}
	*out = value;
	/* a number that begins with 0 is no other */
	return *p > from && (*from != '0' || *p == from + 1);
}

static inline bool pass_key(const char **p, uint32_t *id)
{
	return pass(p, ",\"") && pass_number(p, id) && pass(p, "\":{");
}

bool plain_key(const char *text, size_t len, size_t *pos, uint32_t *id)
{
	const char *p = text + *pos;

	if (len - *pos < AT_HAND || !pass_key(&p, id))
		return false;
	*pos = (size_t)(p - 1 - text);
	return true;
}

/* The first bracket or backslash of [P, END), or END. */
static const char *find_end(const char *p, const char *end)
{
#ifdef __x86_64__
	const __m128i bracket = _mm_set1_epi8(']'), back = _mm_set1_epi8('\\');

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_or_si128(
			_mm_cmpeq_epi8(v, bracket), _mm_cmpeq_epi8(v, back)));

		if (found)
			return p + __builtin_ctz(found);
	}
#endif
	while (p < end && *p != ']' && *p != '\\')
		p++;
	return p;
}

/* An array of strings in which nothing is escaped. */
static bool pass_path(const char **p, const char *end, struct scan_text *out)
{
	const char *last;

	if (!pass(p, "\"path\":[\""))
		return false;
	out->at = *p - 2;
	last = find_end(*p, end);
	if (last == end || *last != ']' || last[-1] != '"')
		return false;
	*p = last + 1;
	out->len = (size_t)(*p - out->at);
	return true;
}

static bool pass_kind(const char **p, bool *is_alias)
{
	static const char alias[] = "type_alias";
	const char *from = *p;

	while (**p != '"' && **p != '\\')
		if (++*p - from > KIND_MAX)
			return false;
	*is_alias = (size_t)(*p - from) == strlen(alias) &&
		    memcmp(from, alias, strlen(alias)) == 0;
	return pass(p, "\"}");
}

bool plain_path(const char *text, size_t len, size_t *pos,
		struct plain_path *out)
{
	const char *p = text + *pos, *end = text + len, *value;
	uint32_t crate;

	if (len - *pos < AT_HAND || !pass_key(&p, &out->id))
		return false;
	value = p - 1;
	if (!pass(&p, "\"crate_id\":") || !pass_number(&p, &crate) ||
	    !pass(&p, ",") || !pass_path(&p, end, &out->path))
		return false;
	if (end - p < AT_HAND || !pass(&p, ",\"kind\":\"") ||
	    !pass_kind(&p, &out->is_alias))
		return false;
	out->is_local = crate == 0;
	out->value = (struct scan_text){ value, (size_t)(p - value) };
	*pos = (size_t)(p - text);
	return true;
}
