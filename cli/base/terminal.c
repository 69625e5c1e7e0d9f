#include "base/terminal.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/parse.h"

enum {
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 40,
	WIDTH_MAX = 400
};

static const char *const codes[] = {
	[TERM_PLAIN] = "",    [TERM_BOLD] = "1",  [TERM_DIM] = "2",
	[TERM_GOOD] = "32",   [TERM_WARN] = "33", [TERM_BAD] = "31",
	[TERM_ACCENT] = "36",
};

static bool wants_colour(bool is_tty)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return is_tty && (!no || !*no) && term && strcmp(term, "dumb") != 0;
}

static unsigned find_width(int fd, bool is_tty)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	uint32_t width = WIDTH_DEFAULT;

	if (columns && parse_u32(columns, &width))
		;
	else if (is_tty && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		width = size.ws_col;
	if (width < WIDTH_MIN)
		return WIDTH_MIN;
	return width > WIDTH_MAX ? WIDTH_MAX : width;
}

void terminal_init(struct terminal *t, FILE *out, enum term_colour colour)
{
	int fd = fileno(out);

	t->out = out;
	t->is_tty = fd >= 0 && isatty(fd);
	t->colour = colour == TERM_ALWAYS ||
		    (colour == TERM_AUTO && wants_colour(t->is_tty));
	t->width = find_width(fd, t->is_tty);
	t->cut = false;
}

/*
 * The code point at S and its length; U+FFFD and 1 for what is not UTF-8.
 */
static uint32_t decode(const char *s, size_t *len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = p[0];

	*len = 1;
	if (n == 1)
		return c;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0xfffd;
	}
	if (!text_is_utf8(s, n))
		return 0xfffd;
	c &= 0xffu >> (n + 1);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	*len = n;
	return c;
}

struct range {
	uint32_t first;
	uint32_t last;
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* Controls, and what reorders or hides text (Unicode bidi and format). */
static bool is_hostile(uint32_t c)
{
	static const struct range bad[] = {
		{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0x61c, 0x61c },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
	};

	return in_ranges(c, bad, ARRAY_LEN(bad));
}

/* East Asian Width W and F, combining marks: the ranges met in names. */
static unsigned char_columns(uint32_t c)
{
	static const struct range none[] = {
		{ 0x300, 0x36f },   { 0x483, 0x489 },	{ 0x591, 0x5bd },
		{ 0x610, 0x61a },   { 0x64b, 0x65f },	{ 0x93c, 0x93c },
		{ 0x941, 0x948 },   { 0x94d, 0x94d },	{ 0x1ab0, 0x1aff },
		{ 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f },
		{ 0xfe20, 0xfe2f },
	};
	static const struct range wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },
		{ 0x3041, 0xa4cf },   { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
		{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff },
		{ 0x20000, 0x3fffd },
	};

	if (c < 0x300)
		return 1;
	if (in_ranges(c, none, ARRAY_LEN(none)))
		return 0;
	return in_ranges(c, wide, ARRAY_LEN(wide)) ? 2 : 1;
}

/* How much of TEXT, at most COLUMNS, is what most text is: printable ASCII. */
static unsigned plain_run(const char *text, unsigned columns)
{
	unsigned n = 0;

	while (n < columns && text[n] >= 0x20 && text[n] < 0x7f)
		n++;
	return n;
}

/*
 * Print LEN bytes of TEXT, made harmless, as far as they fit into COLUMNS; the
 * columns used.  OUT may be NULL: only count.  A newline, tab or space ends any
 * character, so a cut there is between characters.
 */
static unsigned sanitise(FILE *out, const char *text, size_t len,
			 unsigned columns)
{
	const char *end = text + len;
	unsigned used = 0;

	while (text < end) {
		size_t left = (size_t)(end - text), n;
		unsigned room = columns - used;
		unsigned run =
			plain_run(text, left < room ? (unsigned)left : room);
		uint32_t c;
		unsigned w;

		if (out)
			fwrite(text, 1, run, out);
		used += run;
		text += run;
		if (text == end)
			break;
		c = decode(text, &n);
		w = char_columns(c);
		if (used + w > columns)
			break;
		if (out && c == 0xfffd)
			fputs("\xef\xbf\xbd", out);
		else if (out && is_hostile(c))
			fputc('?', out);
		else if (out)
			fwrite(text, 1, n, out);
		used += w;
		text += n;
	}
	return used;
}

unsigned term_columns(const char *text)
{
	return sanitise(NULL, text, strlen(text), UINT_MAX);
}

static void begin(struct terminal *t, enum term_style style)
{
	if (t->colour && style != TERM_PLAIN)
		fprintf(t->out, "\033[%sm", codes[style]);
}

static void finish(struct terminal *t, enum term_style style)
{
	if (t->colour && style != TERM_PLAIN)
		fputs("\033[0m", t->out);
}

/* Newlines and tabs of the format pass; nothing else that controls does. */
static void put_lines(struct terminal *t, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n\t");

		sanitise(t->out, text, len, UINT_MAX);
		if (text[len] == '\0')
			return;
		fputc(text[len], t->out);
		text += len + 1;
	}
}

static void print(struct terminal *t, const char *fmt, va_list ap)
{
	char small[512];
	char *text = small;
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	if (len >= (int)sizeof(small)) {
		text = malloc((size_t)len + 1);
		if (text)
			vsnprintf(text, (size_t)len + 1, fmt, again);
		else
			text = small; /* cut, rather than nothing */
		t->cut = t->cut || text == small;
	}
	va_end(again);
	if (len >= 0)
		put_lines(t, text);
	if (text != small)
		free(text);
}

void term_printf(struct terminal *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print(t, fmt, ap);
	va_end(ap);
}

void term_styled(struct terminal *t, enum term_style style, const char *fmt,
		 ...)
{
	va_list ap;

	begin(t, style);
	va_start(ap, fmt);
	print(t, fmt, ap);
	va_end(ap);
	finish(t, style);
}

void term_field(struct terminal *t, enum term_style style, int columns,
		const char *text)
{
	bool right = columns < 0;
	unsigned width = (unsigned)(right ? -columns : columns);
	size_t len = strlen(text);
	bool cut = width > 0 && sanitise(NULL, text, len, UINT_MAX) > width;
	unsigned used = sanitise(NULL, text, len, width - cut) + cut;

	if (right)
		fprintf(t->out, "%*s", (int)(width - used), "");
	begin(t, style);
	sanitise(t->out, text, len, width - cut);
	if (cut)
		fputs("\xe2\x80\xa6", t->out);
	finish(t, style);
	if (!right)
		fprintf(t->out, "%*s", (int)(width - used), "");
}

void term_wrap(struct terminal *t, unsigned indent, const char *text)
{
	unsigned column = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");
		unsigned columns = sanitise(NULL, text, len, UINT_MAX);

		if (column > 0 && len > 0 &&
		    indent + column + 1 + columns > t->width) {
			fputc('\n', t->out);
			column = 0;
		}
		if (len > 0) {
			fprintf(t->out, "%*s", column ? 1 : (int)indent, "");
			sanitise(t->out, text, len, UINT_MAX);
			column += columns + (column > 0);
		}
		text += len;
		if (*text == '\n') {
			fputc('\n', t->out);
			column = 0;
		}
		text += *text != '\0';
	}
	if (column > 0)
		fputc('\n', t->out);
}
