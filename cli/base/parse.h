#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whole decimal numbers: digits only, nothing before or after, in range.
 * False, and *OUT untouched, for anything else.
 */
bool parse_u32(const char *s, uint32_t *out);
bool parse_u64(const char *s, uint64_t *out);
bool parse_i64(const char *s, int64_t *out);
bool parse_u64_n(const char *s, size_t len, uint64_t *out);

/* "10M", "512K", "3G" or plain bytes; powers of 1024. */
bool parse_size(const char *s, uint64_t *out);

/*
 * The entry of WORDS (COUNT of them) nearest to WORD by edit distance with
 * transpositions, or NULL if none is near enough to be meant.
 */
const char *parse_nearest(const char *word, const char *const *words,
			  size_t count);

bool text_is_utf8(const char *s, size_t len);

/* Lower-case hexadecimal of LEN bytes into OUT, of 2 * LEN + 1 bytes. */
void hex_encode(const unsigned char *bytes, size_t len, char *out);

/* The value of the hex digit C, of either case; -1 if it is none. */
int hex_digit(char c);

/* LEN bytes from 2 * LEN hex digits; false if they are not. */
bool hex_decode(const char *hex, unsigned char *out, size_t len);

#endif
