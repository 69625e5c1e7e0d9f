#include "crate/rustdoc/pages.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"

enum {
	FORGET_STEP = 256 << 10,
	WINDOW_BITS = 16, /* as much as Linux brings in around a page */
	WINDOWS_MAX = 12  /* in memory before all is forgotten */
};

struct pages *pages_new(struct arena *a, const char *text, size_t len,
			rustdoc_forget *forget)
{
	struct pages *p = arena_alloc(a, sizeof(*p));

	if (p)
		*p = (struct pages){
			.forget = forget, .text = text, .len = len, .arena = a
		};
	return p;
}

void pages_begin(struct pages *p)
{
	p->behind = 0;
}

void pages_up_to(struct pages *p, size_t pos)
{
	if (!p->forget || pos < p->behind + FORGET_STEP)
		return;
	p->forget(p->text + p->behind, pos - p->behind);
	p->behind = pos;
}

static void forget_all(struct pages *p)
{
	p->forget(p->text, p->len);
	memset(p->windows, 0, p->window_count);
	p->touched = 0;
}

int pages_end(struct pages *p, struct err *err)
{
	if (!p->forget)
		return 0;
	p->window_count = (p->len >> WINDOW_BITS) + 1;
	p->windows = arena_alloc(p->arena, p->window_count);
	if (!p->windows)
		return err_nomem(err);
	forget_all(p);
	return 0;
}

void pages_look_at(struct pages *p, size_t begin, size_t size)
{
	size_t end = (begin + size) >> WINDOW_BITS;

	if (!p->windows)
		return;
	for (size_t w = begin >> WINDOW_BITS; w <= end; w++) {
		if (p->windows[w])
			continue;
		if (p->touched >= WINDOWS_MAX)
			forget_all(p);
		p->windows[w] = 1;
		p->touched++;
	}
}
