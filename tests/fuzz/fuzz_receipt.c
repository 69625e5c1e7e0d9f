/*
 * Any bytes as the text of a tag, and as the file of a receipt: what is taken
 * holds, and reads as the same again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "model/handle.h"
#include "model/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char name[] = "3b8863a414af79b0ccd6489976c93940ca3056b0";

static struct receipt *read_file(const char *bytes, size_t len, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { .max = 64 << 20 };
	const struct node *root = NULL;
	struct receipt *r = NULL;

	if (json_read(bytes, len, "f", &arena, &root, err) < 0)
		return NULL;
	assert((receipt_read(root, &r, err) == 0) == (r != NULL));
	return r;
}

/* What follows from a tag is written, read, and held against the tag. */
static void check_made(const struct receipt *r)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf again = { 0 };
	AUTO(receipt_freep) struct receipt *read = NULL;
	struct err err = { 0 };

	assert(handle_is_valid(r->handle));
	assert(strlen(r->commit) == 40);
	assert(receipt_write(r, &text, &err) == 0);
	read = read_file(strbuf_str(&text), text.len, &err);
	assert(read && receipt_check(read, name, &err) == 0);
	assert(receipt_write(read, &again, &err) == 0);
	assert(strcmp(strbuf_str(&text), strbuf_str(&again)) == 0);
}

static void try_tag(const uint8_t *data, size_t size)
{
	AUTO(receipt_freep) struct receipt *r = NULL;
	struct err err = { 0 };
	int rc = receipt_from_tag((const char *)data, size, name, &r, &err);

	assert(rc == (int)err.code && (rc == 0) == (r != NULL));
	if (r)
		check_made(r);
	else
		assert(rc == ERR_FORMAT);
}

static void try_file(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	AUTO(receipt_freep)
	struct receipt *r = read_file((const char *)data, size, &err);
	int rc;

	if (!r)
		return;
	/* whatever it says: with that text and that name, or not */
	rc = receipt_check(r, r->tag_object, &err);
	assert(rc == 0 || (rc == ERR_REFUSED && err.msg[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_tag(data, size);
	try_file(data, size);
	return 0;
}
