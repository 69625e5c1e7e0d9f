#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void strbuf_init(struct strbuf *b, size_t max)
{
	*b = (struct strbuf){ .max = max };
}

void strbuf_release(struct strbuf *b)
{
	if (!b)
		return;
	free(b->data);
	*b = (struct strbuf){ .max = b->max };
}

/* Room for LEN more bytes and the NUL; false once anything has failed. */
static bool reserve(struct strbuf *b, size_t len)
{
	size_t max = b->max ? b->max : (size_t)STRBUF_DEFAULT_MAX;
	size_t need = b->len + len + 1;
	size_t cap = b->cap ? b->cap : 64;
	char *data;

	if (b->failed)
		return false;
	if (len > max || b->len + len > max) {
		b->failed = ERR_LIMIT;
		return false;
	}
	if (need <= b->cap)
		return true;
	while (cap < need)
		cap += cap / 2;
	data = realloc(b->data, cap);
	if (!data) {
		b->failed = ERR_NOMEM;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void strbuf_add(struct strbuf *b, const void *bytes, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void strbuf_adds(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_addc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0) {
		if (!b->failed)
			b->failed = ERR_LIMIT;
		return;
	}
	if (!reserve(b, (size_t)len))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)len;
}

const char *strbuf_str(const struct strbuf *b)
{
	return b->data ? b->data : "";
}

void strbuf_truncate(struct strbuf *b, size_t len)
{
	if (len < b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

void strbuf_reset(struct strbuf *b)
{
	b->len = 0;
	b->failed = 0;
	if (b->data)
		b->data[0] = '\0';
}

bool strbuf_ok(const struct strbuf *b)
{
	return b->failed == 0;
}

int strbuf_check(const struct strbuf *b, struct err *err)
{
	if (b->failed == 0)
		return 0;
	if (b->failed == ERR_NOMEM)
		return err_nomem(err);
	return err_set(err, ERR_LIMIT, "more than %zu bytes",
		       b->max ? b->max : (size_t)STRBUF_DEFAULT_MAX);
}

char *strbuf_take(struct strbuf *b)
{
	char *data;

	if (b->failed || !reserve(b, 0))
		return NULL;
	b->data[b->len] = '\0';
	data = b->data;
	*b = (struct strbuf){ .max = b->max };
	return data;
}
