#include "course/contacts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "course/list_text.h"
#include "io/file.h"
#include "workspace/workspace.h"

enum {
	CONTACTS_MAX = 64 << 20
};

static const char empty[] =
	"# Private: never committed, never printed.  `cohort roster import` "
	"writes here.\n"
	"schema: 1\n"
	"contacts: []\n";

static int must_be_private(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_errno(err, errno, "read", path);
	if ((st.st_mode & 077) == 0)
		return 0;
	(void)err_set(err, ERR_UNSAFE, "'%s' can be read by others", path);
	return err_hint(err, "chmod 600 %s", path);
}

static int read_text(const char *path, struct list_text *t, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };

	if (!file_exists(path))
		return list_text_read(t, path, "contacts", empty,
				      sizeof(empty) - 1, err);
	if (must_be_private(path, err) < 0 ||
	    file_read(path, CONTACTS_MAX, &bytes, err) < 0)
		return err->code;
	return list_text_read(t, path, "contacts", strbuf_str(&bytes),
			      bytes.len, err);
}

static void add_pair(struct list_item *item, const char *key, const char *value)
{
	if (value && *value)
		item->pairs[item->count++] =
			(struct yaml_pair){ key, { .text = value } };
}

static int set(struct list_text *t, const char *handle, const char *key,
	       const char *value, struct err *err)
{
	if (!value)
		return 0;
	return list_text_set(t, list_text_find(t, "handle", handle), key,
			     (struct yaml_value){ .text = value }, err);
}

static bool says_something(const struct contact *c)
{
	return c->email || c->legal_name;
}

int contacts_update(struct workspace *ws, const struct contact *contacts,
		    size_t count, struct err *err)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	struct list_item *added = calloc(count + 1, sizeof(*added));
	char *path = workspace_path(ws, "config/contacts.yaml");
	size_t added_count = 0, changed = 0;

	if (!added || !path)
		(void)err_nomem(err);
	else
		(void)read_text(path, &t, err);
	for (size_t i = 0; !err->code && i < count; i++) {
		const struct contact *c = &contacts[i];

		if (!says_something(c))
			continue;
		changed++;
		if (!list_text_find(&t, "handle", c->handle)) {
			struct list_item *item = &added[added_count++];

			add_pair(item, "handle", c->handle);
			add_pair(item, "email", c->email);
			add_pair(item, "legal_name", c->legal_name);
		} else if (set(&t, c->handle, "email", c->email, err) == 0) {
			(void)set(&t, c->handle, "legal_name", c->legal_name,
				  err);
		}
	}
	if (!err->code && changed &&
	    list_text_add(&t, added, added_count, err) == 0)
		(void)file_write(path, strbuf_str(&t.text), t.text.len, 0600,
				 err);
	free(added);
	free(path);
	return err->code;
}
