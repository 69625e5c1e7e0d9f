/* Values that items are made of. */
#include <stddef.h>

#include "base/arena.h"
#include "base/scan.h"
#include "crate/rustdoc/item.h"
#include "crate/rustdoc/item_parse.h"

bool id_or_null_parse(struct scan *s, uint32_t *out)
{
	if (!scan_null(s))
		return scan_u32(s, out);
	*out = RUSTDOC_NO_ID;
	return true;
}

bool span_parse(struct scan *s, struct rustdoc_span *out)
{
	struct scan_text t;

	*out = (struct rustdoc_span){ 0 };
	if (scan_null(s))
		return true;
	if (!scan_value(s, &t))
		return false;
	out->begin = (uint32_t)(s->base + (size_t)(t.at - s->text));
	out->size = (uint32_t)t.len;
	return true;
}

bool ids_parse(struct scan *s, struct arena *a, struct rustdoc_ids *out)
{
	uint32_t *ids;
	size_t n = 0, count = 0, begin, end;

	(void)scan_peek(s);
	begin = s->pos;
	if (!scan_skip(s))
		return false;
	end = s->pos;
	for (size_t i = begin; i < end; i++)
		count += s->text[i] == ',';
	ids = arena_calloc(a, count + 1, sizeof(*ids));
	if (!ids)
		return scan_nomem(s);
	scan_seek(s, begin);
	count = 0;
	while (scan_element(s, &n))
		if (!id_or_null_parse(s, &ids[count++]))
			return false;
	*out = (struct rustdoc_ids){ ids, (uint32_t)count };
	return scan_ok(s);
}
