#ifndef IO_YAML_TEXT_H
#define IO_YAML_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/attr.h"

struct err;

/*
 * The bytes below libyaml's marks, for io/yaml.c alone: checked before libyaml
 * sees them, found again by its count of characters, and complained about in
 * our words.  Borrows the bytes.
 */
struct yaml_text {
	const char *bytes; /* as given */
	size_t len;
	size_t begin;	  /* 3 after a byte order mark, or 0 */
	const char *file; /* as messages call it */
	size_t *marks;	  /* byte offset of every 64th character */
	size_t mark_count;
	bool ascii;
};

/* ERR_LIMIT or ERR_FORMAT: too long, not UTF-8, a control character. */
int yaml_text_init(struct yaml_text *t, const char *bytes, size_t len,
		   const char *file, struct err *err);
void yaml_text_release(struct yaml_text *t);

/* The byte offset in the bytes as given of libyaml's character. */
size_t yaml_text_byte(const struct yaml_text *t, size_t character);

/* CODE with the place in front. */
int yaml_text_fail(const struct yaml_text *t, yaml_mark_t mark, struct err *err,
		   int code, const char *fmt, ...) ATTR_PRINTF(5, 6);

/* What stopped the parser P, with a hint. */
int yaml_text_refuse(const struct yaml_text *t, const yaml_parser_t *p,
		     struct err *err);

/*
 * A control character, C0, DEL or C1, other than tab, line feed and carriage
 * return; one of Unicode's line separators, which libyaml counts as lines and
 * nobody's editor does; or a byte order mark that is not the first character.
 */
bool yaml_text_is_control(const char *s, size_t left);

#endif
