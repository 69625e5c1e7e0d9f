/* The lines about uploads and mails, as a killed or foreign hand left them. */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/node.h"
#include "workspace/effects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int visit(void *ctx, const struct node *line, struct err *err)
{
	size_t *count = ctx;
	const char *what;

	(*count)++;
	return node_str_or(line, "what", "", &what, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	size_t count = 0;

	(void)effects_read((const char *)data, size, "effects", visit, &count,
			   &err);
	return 0;
}
