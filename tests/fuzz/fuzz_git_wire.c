/*
 * Any bytes as a git server's answer.  The first chooses the form and the size
 * of the pieces; in pieces or whole, the outcome has to be the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "io/git_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		__builtin_trap();
}

static int feed(struct wire_refs *w, const char *bytes, size_t len, size_t step,
		struct err *err)
{
	for (size_t i = 0; i < len; i += step) {
		size_t n = len - i < step ? len - i : step;

		if (wire_refs_feed(w, bytes + i, n, err) < 0)
			return err->code;
	}
	return 0;
}

static void try_refs(enum wire_form form, const char *bytes, size_t len,
		     size_t step)
{
	static const char *const prefixes[] = { "refs/tags/" };
	struct err one = { 0 }, two = { 0 };
	struct wire_refs *a = wire_refs_new(form, prefixes, 1, 100, &one);
	struct wire_refs *b = wire_refs_new(form, prefixes, 1, 100, &two);

	if (a && b) {
		int rc = feed(a, bytes, len, len ? len : 1, &one);

		must(rc == feed(b, bytes, len, step, &two));
		must(strcmp(one.msg, two.msg) == 0);
		must(a->refs.count == b->refs.count && a->done == b->done);
		must(a->refs.count <= 100 && (rc == 0 || one.msg[0]));
		for (size_t i = 0; i < a->refs.count; i++)
			must(wire_name_is_safe(a->refs.items[i].name));
	}
	wire_refs_free(a);
	wire_refs_free(b);
}

static int add_up(void *ctx, const char *bytes, size_t len, struct err *err)
{
	size_t *sum = ctx;

	(void)err;
	for (size_t i = 0; i < len; i++)
		*sum = *sum * 31 + (unsigned char)bytes[i];
	return 0;
}

static size_t try_pack(bool v2, const char *bytes, size_t len, size_t step)
{
	static struct wire_pack w;
	struct err err = { 0 };
	size_t sum = 7;

	memset(&w, 0, sizeof(w));
	w.sink = add_up;
	w.ctx = &sum;
	w.v2 = v2;
	for (size_t i = 0; i < len && !err.code; i += step)
		(void)wire_pack_feed(&w, bytes + i,
				     len - i < step ? len - i : step, &err);
	return sum + (size_t)-err.code + w.done;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	size_t step;

	if (size < 1)
		return 0;
	step = (data[0] >> 3) + 1u;
	if (data[0] % 5 < 3)
		try_refs((enum wire_form)(data[0] % 5), bytes, size - 1, step);
	else
		must(try_pack(data[0] % 5 == 4, bytes, size - 1, step) ==
		     try_pack(data[0] % 5 == 4, bytes, size - 1, size));
	return 0;
}
