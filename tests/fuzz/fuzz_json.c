/* Any bytes as JSON: taken and refused as jansson does, and the same tree. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct node *n, const json_t *j);

static void check_map(const struct node *n, json_t *j)
{
	const struct node_entry *e = n->as.map.entries;
	const char *key;
	json_t *member;

	assert(n->as.map.count == json_object_size(j));
	json_object_foreach (j, key, member) {
		assert(strcmp(e->key->as.str.bytes, key) == 0);
		check_same(e->value, member);
		e++;
	}
}

static void check_same(const struct node *n, const json_t *j)
{
	switch (n->kind) {
	case NODE_NULL:
		assert(json_is_null(j));
		break;
	case NODE_BOOL:
		assert(json_is_boolean(j) && n->as.boolean == json_is_true(j));
		break;
	case NODE_INT:
		assert(n->as.integer == json_integer_value(j));
		break;
	case NODE_REAL:
		assert(n->as.real == json_real_value(j));
		break;
	case NODE_STR:
		assert(n->as.str.len == json_string_length(j));
		assert(strcmp(n->as.str.bytes, json_string_value(j)) == 0);
		break;
	case NODE_LIST:
		assert(n->as.list.count == json_array_size(j));
		for (size_t i = 0; i < n->as.list.count; i++)
			check_same(n->as.list.items[i], json_array_get(j, i));
		break;
	case NODE_MAP:
		check_map(n, (json_t *)(uintptr_t)j);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	const struct node *n = NULL;
	struct err err = { 0 };
	json_error_t why;
	AUTO(json_decrefp)
	json_t *j = json_loadb((const char *)data, size,
			       JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	int rc = json_read((const char *)data, size, "f", &arena, &n, &err);

	assert(rc == (int)err.code && (rc == 0) == (n != NULL));
	assert(rc == 0 || err.msg[0] != '\0');
	/* our limit of depth is lower, and a NUL ends the text for jansson */
	if (rc == ERR_LIMIT || memchr(data, '\0', size))
		return 0;
	assert((n != NULL) == (j != NULL));
	if (n)
		check_same(n, j);
	return 0;
}
