/* What a commit was about to bring, so that a killed one can be finished. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "workspace/internal.h"

/* "cohort 1 BEFORE AFTER\n", the two in hex. */
#define INTENT_PREFIX "cohort 1 "

enum {
	INTENT_SIZE = sizeof(INTENT_PREFIX) - 1 + 2 * OID_HEX
};

static char *intent_path(const struct workspace *ws)
{
	return path_joined(ws->own_dir, "intent");
}

int intent_write(struct repo *repo, const char *own_dir,
		 const struct intent *intent, struct err *err)
{
	AUTO(str_freep) char *path = path_joined(own_dir, "intent");
	const char *also[] = { path, own_dir };
	char before[OID_HEX], after[OID_HEX];
	char text[INTENT_SIZE + 1];

	if (!path)
		return err_nomem(err);
	oid_hex(&intent->before, before);
	oid_hex(&intent->after, after);
	snprintf(text, sizeof(text), INTENT_PREFIX "%s %s\n", before, after);
	if (file_write_cache(path, text, INTENT_SIZE, err) < 0)
		return (int)err->code;
	return repo_sync(repo, also, ARRAY_LEN(also), err);
}

static bool parse(const struct strbuf *text, struct intent *out)
{
	char before[OID_HEX] = "", after[OID_HEX] = "";
	const char *at = strbuf_str(text) + sizeof(INTENT_PREFIX) - 1;

	if (text->len != INTENT_SIZE ||
	    memcmp(text->data, INTENT_PREFIX, sizeof(INTENT_PREFIX) - 1) != 0)
		return false;
	memcpy(before, at, OID_HEX - 1);
	memcpy(after, at + OID_HEX, OID_HEX - 1);
	return oid_parse(before, &out->before) && oid_parse(after, &out->after);
}

int intent_read(const struct workspace *ws, struct intent *out, struct err *err)
{
	AUTO(str_freep) char *path = intent_path(ws);
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (!path)
		return err_nomem(err);
	if (file_read(path, 2 * INTENT_SIZE, &text, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return (int)err->code;
		err_clear(err);
		return 0;
	}
	if (parse(&text, out))
		return 1;
	(void)err_set(err, ERR_FORMAT, "'%s' is damaged", path);
	return err_hint(err, "see 'git status' for what is checked out, then "
			     "remove it");
}

bool intent_exists(const struct workspace *ws)
{
	AUTO(str_freep) char *path = intent_path(ws);

	return path && file_exists(path);
}

void intent_clear(const struct workspace *ws)
{
	AUTO(str_freep) char *path = intent_path(ws);

	if (path)
		(void)unlink(path);
}
