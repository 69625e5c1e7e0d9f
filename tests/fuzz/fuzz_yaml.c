/* Any bytes as YAML; what can be read is edited, and the edit must hold. */
#include <stdlib.h>

#include "yaml_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Odd files may be refused, never spoilt. */
static void complain(const char *why)
{
	if (!why || strcmp(why, "the edit was refused") == 0)
		return;
	fprintf(stderr, "%s\n", why);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct node *root = NULL;
	struct edit_plan plan = { 0 };
	struct err err = { 0 };
	struct edit_plan plans[PLANS_MAX] = { 0 };
	size_t count;
	uint32_t dice = 0;

	if (size < sizeof(dice))
		return 0;
	memcpy(&dice, data, sizeof(dice));
	data += sizeof(dice);
	size -= sizeof(dice);
	if (yaml_read((const char *)data, size, "fuzz", &arena, &root, &err) <
		    0 ||
	    !plan_edit(root, dice, &plan))
		return 0;
	complain(check_edit((const char *)data, size, root, &plan, &out));
	strbuf_reset(&out);
	count = plan_many(root, dice, plans);
	if (count > 0)
		complain(check_many((const char *)data, size, root, plans,
				    count, &out));
	return 0;
}
