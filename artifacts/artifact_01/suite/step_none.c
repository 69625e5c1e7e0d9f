/*
 * Where no thread can be held, on other processors and under sanitizers: what
 * step_linux.c does elsewhere.  Nobody asks for more than steps_possible().
 */
#include "step.h"

#include "os_linux.h"
#include "record.h"

#if !defined(__x86_64__) || defined(SANITIZED)

bool steps_possible(void)
{
	child_remark(BY_CHANCE);
	return false;
}

void steps_begin(struct steps *s)
{
	(void)s;
}

void steps_end(struct steps *s)
{
	(void)s;
}

bool steps_next(struct steps *s)
{
	(void)s;
	return false;
}

void steps_on(struct steps *s)
{
	(void)s;
}

void steps_off(struct steps *s)
{
	(void)s;
}

void steps_meet(struct steps *s)
{
	(void)s;
}

void steps_let_go(struct steps *s)
{
	(void)s;
}

const char *steps_place(const struct steps *s)
{
	(void)s;
	return "";
}

#endif
