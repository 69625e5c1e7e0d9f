#ifndef REFERENCE_EXECUTOR_TABLE_H
#define REFERENCE_EXECUTOR_TABLE_H

/*
 * The tasks of an executor that have not ended, by id.
 *
 * A hash table chained through the tasks themselves.  Ids count up and are
 * never used again, so the id is its own hash and the chains are short.
 * Adding a task cannot fail: without memory the chains grow longer instead.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

struct table {
	struct task **buckets;
	size_t mask; /* buckets - 1 */
	size_t count;
	uint64_t last_id;
};

/* False: no memory. */
bool table_init(struct table *table);

/* There is no task left in it. */
void table_release(struct table *table);

/* Give TASK its id, and take it in. */
void table_add(struct table *table, struct task *task);

void table_remove(struct table *table, struct task *task);

/* NULL: it has ended, or never was. */
struct task *table_find(const struct table *table, uint64_t id);

/* Any task at or after bucket *AT, which moves on to it; or NULL. */
struct task *table_any(const struct table *table, size_t *at);

#endif
