#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes below 0x20 and DEL would steer a terminal; UTF-8 passes. */
static void defuse(char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f)
			*s = '?';
		else if (c == 0xc2 && (unsigned char)s[1] >= 0x80 &&
			 (unsigned char)s[1] < 0xa0)
			s[0] = s[1] = '?'; /* a C1 control in UTF-8 */
	}
}

/* A cut in the middle of a UTF-8 sequence is taken back to its start. */
static void trim_partial(char *s, size_t size)
{
	size_t len = strlen(s);
	size_t i = len;

	if (len + 1 < size)
		return;
	while (i > 0 && ((unsigned char)s[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && (unsigned char)s[i - 1] >= 0xc0)
		s[i - 1] = '\0';
}

static void format(char *out, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(out, size, fmt, ap) < 0)
		out[0] = '\0';
	trim_partial(out, size);
	defuse(out);
}

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	assert(code != ERR_NONE);
	assert(err->code == ERR_NONE);
	err->code = code;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	format(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return (int)code;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return (int)err->code;
}

int err_context(struct err *err, const char *fmt, ...)
{
	char old[sizeof(err->msg)];
	va_list ap;
	size_t used;

	memcpy(old, err->msg, sizeof(old));
	va_start(ap, fmt);
	format(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	used = strlen(err->msg);
	snprintf(err->msg + used, sizeof(err->msg) - used, ": %s", old);
	trim_partial(err->msg, sizeof(err->msg));
	return (int)err->code;
}

int err_nomem(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

int err_errno(struct err *err, int errnum, const char *verb,
	      const char *subject)
{
	enum err_code code = ERR_IO;
	char why[128];

	if (errnum == ENOENT || errnum == ENOTDIR)
		code = ERR_NOT_FOUND;
	else if (errnum == ENOMEM)
		code = ERR_NOMEM;
	else if (errnum == EEXIST)
		code = ERR_EXISTS;
	if (strerror_r(errnum, why, sizeof(why)) != 0)
		snprintf(why, sizeof(why), "error %d", errnum);
	if (why[0] >= 'A' && why[0] <= 'Z' &&
	    !(why[1] >= 'A' && why[1] <= 'Z') && why[1] != '/')
		why[0] = (char)(why[0] - 'A' + 'a');
	return err_set(err, code, "cannot %s '%s': %s", verb, subject, why);
}

void err_clear(struct err *err)
{
	err->code = ERR_NONE;
	err->msg[0] = '\0';
	err->hint[0] = '\0';
}
