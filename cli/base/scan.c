#include "base/scan.h"

#include <string.h>

#ifdef __x86_64__
#include <emmintrin.h>
#endif

#include "base/arena.h"
#include "base/err.h"
#include "base/parse.h"
#include "base/skip.h"

void scan_init(struct scan *s, const char *text, size_t len)
{
	*s = (struct scan){ .text = text, .len = len };
}

void scan_seek(struct scan *s, size_t pos)
{
	s->pos = pos;
}

bool scan_ok(const struct scan *s)
{
	return s->code == 0;
}

static bool fail_as(struct scan *s, int code, size_t at, const char *wanted)
{
	if (s->code == 0) {
		s->code = code;
		s->failed_at = at;
		s->wanted = wanted;
	}
	return false;
}

bool scan_fail(struct scan *s, const char *wanted)
{
	return fail_as(s, ERR_FORMAT, s->pos, wanted);
}

bool scan_nomem(struct scan *s)
{
	return fail_as(s, ERR_NOMEM, s->pos, "");
}

int scan_check(const struct scan *s, struct err *err)
{
	switch (s->code) {
	case 0:
		return 0;
	case ERR_NOMEM:
		return err_nomem(err);
	case ERR_LIMIT:
		return err_set(err, ERR_LIMIT,
			       "byte %zu: nested more than %d levels deep",
			       s->base + s->failed_at, SCAN_DEPTH_MAX);
	default:
		return err_set(err, ERR_FORMAT, "byte %zu: %s is expected",
			       s->base + s->failed_at, s->wanted);
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline char peek(struct scan *s)
{
	if (s->code != 0)
		return '\0';
	while (s->pos < s->len && is_space(s->text[s->pos]))
		s->pos++;
	return s->pos < s->len ? s->text[s->pos] : '\0';
}

char scan_peek(struct scan *s)
{
	return peek(s);
}

static bool expect(struct scan *s, char c, const char *wanted)
{
	if (peek(s) != c)
		return scan_fail(s, wanted);
	s->pos++;
	return true;
}

/* The opening bracket or the comma; false at the closing one, or failed. */
static bool advance(struct scan *s, size_t *n, const char *brackets)
{
	char c = peek(s);

	if ((*n)++ == 0) {
		if (c != brackets[0])
			return scan_fail(s, brackets[0] == '{' ? "an object"
							       : "an array");
		s->pos++;
		if (peek(s) != brackets[1])
			return s->code == 0;
	} else if (c == ',') {
		s->pos++;
		return true;
	} else if (c != brackets[1]) {
		return scan_fail(s, brackets[0] == '{' ? "',' or '}'"
						       : "',' or ']'");
	}
	s->pos++;
	return false;
}

bool scan_member(struct scan *s, size_t *n, struct scan_text *key)
{
	return advance(s, n, "{}") && scan_raw_string(s, key) &&
	       expect(s, ':', "':'");
}

bool scan_element(struct scan *s, size_t *n)
{
	return advance(s, n, "[]");
}

/* The same of a short one without escapes, if it is that. */
static inline bool pass_short(struct scan *s)
{
#ifdef __x86_64__
	__m128i v, quote, back;
	unsigned quotes, backs;

	if (s->len - s->pos < 16)
		return false;
	v = _mm_loadu_si128((const __m128i *)(s->text + s->pos));
	quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	back = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
	quotes = (unsigned)_mm_movemask_epi8(quote);
	backs = (unsigned)_mm_movemask_epi8(back);
	/* a backslash counts if it stands below the first quote */
	if (quotes == 0 || (backs & (quotes ^ (quotes - 1))))
		return false;
	s->pos += (unsigned)__builtin_ctz(quotes) + 1;
	return true;
#else
	(void)s;
	return false;
#endif
}

/* From behind the opening quote to behind the closing one. */
static bool pass_string(struct scan *s)
{
	size_t start = s->pos;

	if (pass_short(s))
		return true;

	for (;;) {
		const char *from = s->text + s->pos;
		const char *quote = memchr(from, '"', s->len - s->pos);
		const char *back;

		if (!quote) {
			s->pos = s->len;
			return scan_fail(s, "the end of a string");
		}
		back = quote;
		while (back > s->text + start && back[-1] == '\\')
			back--;
		s->pos = (size_t)(quote - s->text) + 1;
		/* an odd run of backslashes makes the quote part of it */
		if ((quote - back) % 2 == 0)
			return true;
	}
}

bool scan_raw_string(struct scan *s, struct scan_text *out)
{
	size_t start;

	if (peek(s) != '"')
		return scan_fail(s, "a string");
	start = ++s->pos;
	if (!pass_string(s))
		return false;
	*out = (struct scan_text){ s->text + start, s->pos - 1 - start };
	return true;
}

/* ---- skipping */

/* At an opening bracket: to behind the one that closes it. */
static bool pass_brackets(struct scan *s)
{
	int end;

	/* {} or [] */
	if (s->len - s->pos > 1 && s->text[s->pos + 1] == s->text[s->pos] + 2) {
		s->pos += 2;
		return true;
	}
	end = skip_brackets(s->text, s->len, &s->pos);

	if (end == SKIP_DONE)
		return true;
	if (end == SKIP_DEEP)
		return fail_as(s, ERR_LIMIT, s->pos, "");
	return scan_fail(s, "the end of an object or array");
}

/* A number or a word: letters, digits, signs and the point. */
static bool pass_scalar(struct scan *s)
{
	size_t start = s->pos;

	while (s->pos < s->len) {
		char c = s->text[s->pos];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		      c == '-' || c == '+' || c == '.' || c == 'E'))
			break;
		s->pos++;
	}
	return s->pos > start || scan_fail(s, "a value");
}

bool scan_skip(struct scan *s)
{
	switch (peek(s)) {
	case '{':
	case '[':
		return pass_brackets(s);
	case '"':
		s->pos++;
		return pass_string(s);
	default:
		return s->code == 0 && pass_scalar(s);
	}
}

bool scan_value(struct scan *s, struct scan_text *out)
{
	size_t start;

	(void)peek(s);
	start = s->pos;
	if (!scan_skip(s))
		return false;
	*out = (struct scan_text){ s->text + start, s->pos - start };
	return true;
}

/* ---- values */

static bool word(struct scan *s, const char *w)
{
	size_t len = strlen(w);

	if (s->code != 0 || s->len - s->pos < len ||
	    memcmp(s->text + s->pos, w, len) != 0)
		return false;
	s->pos += len;
	return true;
}

bool scan_null(struct scan *s)
{
	return peek(s) == 'n' && word(s, "null");
}

bool scan_bool(struct scan *s, bool *out)
{
	(void)peek(s);
	if (word(s, "true"))
		*out = true;
	else if (word(s, "false"))
		*out = false;
	else
		return scan_fail(s, "true or false");
	return true;
}

bool scan_u32(struct scan *s, uint32_t *out)
{
	size_t start;
	uint64_t value;

	(void)peek(s);
	start = s->pos;
	if (s->code != 0 || !pass_scalar(s))
		return false;
	if (!parse_u64_n(s->text + start, s->pos - start, &value) ||
	    value > UINT32_MAX) {
		s->pos = start;
		return scan_fail(s, "a whole number below 4294967296");
	}
	*out = (uint32_t)value;
	return true;
}

/* Four hex digits at P, which has LEFT bytes; -1 if they are not. */
static int32_t hex4(const char *p, size_t left)
{
	unsigned char b[2];
	char digits[5] = { 0 };

	if (left < 4)
		return -1;
	memcpy(digits, p, 4);
	if (!hex_decode(digits, b, 2))
		return -1;
	return b[0] << 8 | b[1];
}

/*
 * The character of the escape \uXXXX whose digits begin at P, a surrogate
 * pair together; *USED digits and more.  -1 for half a pair, or no digits.
 */
static int32_t unicode_escape(const char *p, size_t left, size_t *used)
{
	int32_t high = hex4(p, left), low;

	*used = 4;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || left < 10 || p[4] != '\\' || p[5] != 'u')
		return -1;
	low = hex4(p + 6, left - 6);
	*used = 10;
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static char *put_utf8(char *out, int32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* The escape behind a backslash at *P; false if there is no such escape. */
static bool decode_escape(const char **p, const char *end, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known;
	size_t used;
	int32_t c;

	if (*p == end)
		return false;
	known = memchr(from, **p, sizeof(from) - 1);
	if (known) {
		*(*out)++ = to[known - from];
		(*p)++;
		return true;
	}
	if (**p != 'u')
		return false;
	c = unicode_escape(*p + 1, (size_t)(end - *p - 1), &used);
	if (c <= 0)
		return false;
	*out = put_utf8(*out, c);
	*p += 1 + used;
	return true;
}

/* Does nothing in it need a second look: no escape, and plain ASCII? */
static bool is_plain(const struct scan_text *raw)
{
	const uint64_t ones = 0x0101010101010101u, high = ones * 0x80;
	const char *p = raw->at, *end = raw->at + raw->len;
	uint64_t odd = 0;

	for (; end - p >= 8; p += 8) {
		uint64_t w, back;

		memcpy(&w, p, 8);
		back = w ^ (ones * '\\');
		/* a high bit for what is below 0x20, a backslash, or no ASCII;
		 * borrows make more of them, but only above such a byte */
		odd |= (w | (w - ones * 0x20) | (back - ones)) & high;
	}
	for (; p < end; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x80 ||
		    *p == '\\')
			return false;
	return odd == 0;
}

/* RAW without its escapes, into OUT of at least RAW->len + 1 bytes. */
static bool decode(struct scan *s, const struct scan_text *raw, char *out)
{
	const char *p = raw->at, *end = raw->at + raw->len;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20) {
			s->pos = (size_t)(p - s->text);
			return scan_fail(s, "a string without control bytes");
		}
		if (c != '\\') {
			*out++ = *p++;
			continue;
		}
		p++;
		if (!decode_escape(&p, end, &out)) {
			s->pos = (size_t)(p - 1 - s->text);
			return scan_fail(s, "a valid escape");
		}
	}
	*out = '\0';
	return true;
}

bool scan_string(struct scan *s, struct arena *a, const char **out)
{
	struct scan_text raw;
	char *text;

	if (!scan_raw_string(s, &raw))
		return false;
	if (is_plain(&raw)) {
		*out = arena_strndup(a, raw.at, raw.len);
		return *out || scan_nomem(s);
	}
	if (!text_is_utf8(raw.at, raw.len)) {
		s->pos = (size_t)(raw.at - s->text);
		return scan_fail(s, "UTF-8");
	}
	text = arena_alloc(a, raw.len + 1);
	if (!text)
		return scan_nomem(s);
	if (!decode(s, &raw, text))
		return false;
	*out = text;
	return true;
}

bool scan_string_or_null(struct scan *s, struct arena *a, const char **out)
{
	if (!scan_null(s))
		return scan_string(s, a, out);
	*out = NULL;
	return true;
}

bool scan_entry(struct scan *s, size_t *n, struct arena *a, const char **key)
{
	return advance(s, n, "{}") && scan_string(s, a, key) &&
	       expect(s, ':', "':'");
}

bool scan_end(struct scan *s)
{
	(void)peek(s);
	return s->code == 0 &&
	       (s->pos == s->len || scan_fail(s, "the end of the document"));
}
