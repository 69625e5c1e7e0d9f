#include "crate/rustdoc/table.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"

enum {
	DENSE_SLACK = 65536 /* ids that a table by id may leave unused */
};

int table_add(struct table *t, const struct entry *e)
{
	struct entry *grown =
		vec_grow(t->entries, &t->cap, t->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	t->entries = grown;
	t->entries[t->count++] = *e;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* The same, and equal ids in the order of the text. */
static int by_id_and_place(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = by_id(a, b);

	return order ? order : x->begin < y->begin ? -1 : x->begin > y->begin;
}

static int twice(const struct entry *e, const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, "byte %u: %s has id %u twice",
		       (unsigned)e->begin, what, (unsigned)e->id);
}

static int make_sorted(struct table *t, const char *what, struct err *err)
{
	qsort(t->entries, t->count, sizeof(*t->entries), by_id_and_place);
	for (size_t i = 1; i < t->count; i++)
		if (t->entries[i].id == t->entries[i - 1].id)
			return twice(&t->entries[i], what, err);
	return 0;
}

/* Takes the entries for it. */
static struct places order_of(struct table *t)
{
	uint32_t *ids = &t->entries[0].id, *fewer;

	for (size_t i = 0; i < t->count; i++)
		ids[i] = t->entries[i].id;
	fewer = realloc(ids, t->count * sizeof(*ids));
	return (struct places){ fewer ? fewer : ids, t->count };
}

static int make_dense(struct table *t, size_t size, struct places *places,
		      const char *what, struct err *err)
{
	struct entry *dense = calloc(size, sizeof(*dense));

	if (!dense)
		return err_nomem(err);
	for (size_t i = 0; i < t->count; i++) {
		struct entry *to = &dense[t->entries[i].id];

		if (to->size > 0) {
			free(dense);
			return twice(&t->entries[i], what, err);
		}
		*to = t->entries[i];
	}
	if (places)
		*places = order_of(t);
	else
		free(t->entries);
	t->entries = dense;
	t->count = size;
	t->cap = size;
	t->by_id = true;
	return 0;
}

int table_finish(struct table *t, struct places *places, const char *what,
		 struct err *err)
{
	size_t top = 0;

	for (size_t i = 0; i < t->count; i++)
		if (t->entries[i].id > top)
			top = t->entries[i].id;
	if (t->count == 0)
		return 0;
	t->top = (uint32_t)top;
	t->is_sparse = top / 4 > t->count + DENSE_SLACK;
	if (t->is_sparse || (!places && top / 2 > t->count))
		return make_sorted(t, what, err);
	return make_dense(t, top + 1, places, what, err);
}

struct entry *table_find(const struct table *t, uint32_t id)
{
	struct entry key = { .id = id };

	if (t->count == 0)
		return NULL;
	if (!t->by_id)
		return bsearch(&key, t->entries, t->count, sizeof(key), by_id);
	if (id >= t->count || t->entries[id].size == 0)
		return NULL;
	return &t->entries[id];
}

void table_release(struct table *t)
{
	free(t->entries);
	*t = (struct table){ 0 };
}
