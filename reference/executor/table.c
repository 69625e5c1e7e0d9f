#include "table.h"

#include <stdlib.h>

#include "task.h"

enum {
	FIRST_BUCKETS = 64,
	GROWTH = 4,
};

bool table_init(struct table *table)
{
	struct task **buckets = calloc(FIRST_BUCKETS, sizeof(*buckets));

	if (!buckets)
		return false;
	*table =
		(struct table){ .buckets = buckets, .mask = FIRST_BUCKETS - 1 };
	return true;
}

void table_release(struct table *table)
{
	free(table->buckets);
	*table = (struct table){ 0 };
}

static struct task **bucket_of(const struct table *table, uint64_t id)
{
	return &table->buckets[id & table->mask];
}

static void put(struct table *table, struct task *task)
{
	struct task **bucket = bucket_of(table, task->id);

	task->same_bucket = *bucket;
	*bucket = task;
}

static void grow(struct table *table)
{
	size_t old_count = table->mask + 1;
	struct task **old = table->buckets;
	struct task **buckets = calloc(old_count, GROWTH * sizeof(*buckets));

	if (!buckets)
		return;
	table->buckets = buckets;
	table->mask = old_count * GROWTH - 1;
	for (size_t i = 0; i < old_count; i++) {
		while (old[i]) {
			struct task *task = old[i];

			old[i] = task->same_bucket;
			put(table, task);
		}
	}
	free(old);
}

void table_add(struct table *table, struct task *task)
{
	if (table->count > table->mask)
		grow(table);
	task->id = ++table->last_id;
	put(table, task);
	table->count++;
}

void table_remove(struct table *table, struct task *task)
{
	struct task **link = bucket_of(table, task->id);

	while (*link != task)
		link = &(*link)->same_bucket;
	*link = task->same_bucket;
	table->count--;
}

struct task *table_find(const struct table *table, uint64_t id)
{
	struct task *task = *bucket_of(table, id);

	while (task && task->id != id)
		task = task->same_bucket;
	return task;
}

struct task *table_any(const struct table *table, size_t *at)
{
	for (; *at <= table->mask; ++*at) {
		if (table->buckets[*at])
			return table->buckets[*at];
	}
	return NULL;
}
