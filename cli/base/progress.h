#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stddef.h>

/*
 * How a verb that takes a while says where it is.  course/ and gate/ call it,
 * commands/ draws it.  `step` may be called from any worker thread; the one
 * who draws locks.  A NULL progress, or a NULL step, says nothing.
 */
struct progress {
	void (*step)(void *ctx, size_t done, size_t total, const char *what);
	void *ctx;
};

static inline void progress_step(const struct progress *p, size_t done,
				 size_t total, const char *what)
{
	if (p && p->step)
		p->step(p->ctx, done, total, what);
}

#endif
