#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

/*
 * Memory that runs out when a unit test says so.  Every unit test is linked
 * with --wrap for malloc, calloc, realloc, strdup and strndup, so the calls
 * that our own objects make are counted and one of them can be refused;
 * those inside other libraries are not.  Safe from any thread.
 *
 *	long nth = 0, total;
 *
 *	do {
 *		fault_alloc(++nth);
 *		... the function under test: success, or ERR_NOMEM and no leak
 *		total = fault_count();
 *		fault_alloc(0);
 *	} while (nth <= total);
 *	assert_true(nth > 1);
 */

/* Begin to count anew and let the NTH allocation fail; 0: let none fail. */
void fault_alloc(long nth);

/* Allocations since the last fault_alloc(). */
long fault_count(void);

#endif
