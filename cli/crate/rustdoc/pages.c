#include "crate/rustdoc/pages.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"

/* To let go costs time: the more often, the less of a text is in memory. */
enum {
	STEP_MIN = 64 << 10, /* of what is read in its order */
	STEP_MAX = 1 << 20,
	STEPS = 16,
	WINDOW_BITS = 16, /* as much as Linux brings in around a page */
	WINDOWS_MIN = 7,  /* in memory before all is forgotten */
	WINDOWS_MAX = 64,
	WINDOWS_PART = 24
};

static size_t within(size_t n, size_t least, size_t most)
{
	return n < least ? least : n > most ? most : n;
}

struct pages *pages_new(struct arena *a, const char *text, size_t len,
			rustdoc_forget *forget)
{
	struct pages *p = arena_alloc(a, sizeof(*p));

	if (p)
		*p = (struct pages){
			.forget = forget,
			.text = text,
			.len = len,
			.arena = a,
			.step = within(len / STEPS, STEP_MIN, STEP_MAX),
			.most = within((len >> WINDOW_BITS) / WINDOWS_PART,
				       WINDOWS_MIN, WINDOWS_MAX),
		};
	return p;
}

void pages_begin(struct pages *p)
{
	p->behind = 0;
}

void pages_up_to(struct pages *p, size_t pos)
{
	if (!p->forget || pos < p->behind + p->step)
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
		if (p->touched >= p->most)
			forget_all(p);
		p->windows[w] = 1;
		p->touched++;
	}
}
