#include "crate/rustdoc/table.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"

enum {
	DENSE_SLACK = 65536 /* ids that a list by id may leave unused */
};

void table_reserve(struct table *t, size_t count)
{
	struct entry *grown =
		vec_grow(t->entries, &t->cap, count, sizeof(*grown));

	if (grown)
		t->entries = grown;
}

int table_add(struct table *t, const struct entry *e)
{
	if (t->count == t->cap) {
		struct entry *grown = vec_grow(t->entries, &t->cap,
					       t->count + 1, sizeof(*grown));

		if (!grown)
			return -1;
		t->entries = grown;
	}
	t->entries[t->count++] = *e;
	return 0;
}

static int twice(const struct entry *e, const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, "byte %u: %s has id %u twice",
		       (unsigned)e->begin, what, (unsigned)e->id);
}

/* An id with its number, so that what is sorted stands together. */
struct place {
	uint32_t id;
	uint32_t number;
};

/* Equal ids in the order of the text. */
static int by_id(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int sort_numbers(struct table *t, const char *what, struct err *err)
{
	struct place *sorted = calloc(t->count, sizeof(*sorted));

	t->numbers = calloc(t->count, sizeof(*t->numbers));
	if (!sorted || !t->numbers) {
		free(sorted);
		return err_nomem(err);
	}
	for (size_t i = 0; i < t->count; i++)
		sorted[i] = (struct place){ t->entries[i].id, (uint32_t)i };
	qsort(sorted, t->count, sizeof(*sorted), by_id);
	for (size_t i = 0; i < t->count && err->code == 0; i++) {
		t->numbers[i] = sorted[i].number;
		if (i > 0 && sorted[i].id == sorted[i - 1].id)
			(void)twice(&t->entries[sorted[i].number], what, err);
	}
	free(sorted);
	t->number_count = t->count;
	return (int)err->code;
}

static int list_numbers(struct table *t, size_t size, const char *what,
			struct err *err)
{
	t->numbers = calloc(size, sizeof(*t->numbers));
	if (!t->numbers)
		return err_nomem(err);
	t->number_count = size;
	for (size_t i = 0; i < t->count; i++) {
		uint32_t *to = &t->numbers[t->entries[i].id];

		if (*to > 0)
			return twice(&t->entries[i], what, err);
		*to = (uint32_t)(i + 1);
	}
	return 0;
}

int table_finish(struct table *t, const char *what, struct err *err)
{
	size_t top = 0;

	if (t->count == 0)
		return 0;
	for (size_t i = 0; i < t->count; i++)
		if (t->entries[i].id > top)
			top = t->entries[i].id;
	t->is_sparse = top / 4 > t->count + DENSE_SLACK;
	if (t->is_sparse)
		return sort_numbers(t, what, err);
	return list_numbers(t, top + 1, what, err);
}

static struct entry *search(const struct table *t, uint32_t id)
{
	size_t low = 0, high = t->number_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct entry *e = &t->entries[t->numbers[middle]];

		if (e->id == id)
			return e;
		if (e->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct entry *table_find(const struct table *t, uint32_t id)
{
	if (t->is_sparse)
		return search(t, id);
	if (id >= t->number_count || t->numbers[id] == 0)
		return NULL;
	return &t->entries[t->numbers[id] - 1];
}

struct entry *table_at(const struct table *t, uint32_t place)
{
	size_t low = 0, high = t->count;
	struct entry *e;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->entries[middle].begin <= place)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	e = &t->entries[low - 1];
	return place - e->begin < e->size ? e : NULL;
}

void table_release(struct table *t)
{
	free(t->entries);
	free(t->numbers);
	*t = (struct table){ 0 };
}
