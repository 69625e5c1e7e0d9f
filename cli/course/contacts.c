#include "course/contacts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "course/list_text.h"
#include "io/file.h"
#include "workspace/workspace.h"

#define FILE_NAME "config/contacts.yaml"

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
		return list_text_read(t, path, "contacts", "handle", empty,
				      sizeof(empty) - 1, err);
	if (must_be_private(path, err) < 0 ||
	    file_read(path, CONTACTS_MAX, &bytes, err) < 0)
		return err->code;
	return list_text_read(t, path, "contacts", "handle", strbuf_str(&bytes),
			      bytes.len, err);
}

static void add_pair(struct list_item *item, const char *key, const char *value)
{
	if (value && *value)
		item->pairs[item->count++] =
			(struct yaml_pair){ key, { .text = value } };
}

static int set(struct list_text *t, const struct node *item, const char *key,
	       const char *value, struct err *err)
{
	if (!value)
		return 0;
	return list_text_set(t, item, key, (struct yaml_value){ .text = value },
			     err);
}

static bool says_something(const struct contact *c)
{
	return c->email || c->legal_name;
}

static bool is_filled(const char *s)
{
	return s && *s;
}

/* Collect what is said of one student; *CHANGED if there is anything. */
static int take_contact(struct list_text *t, const struct contact *c,
			struct list_item *added, size_t *added_count,
			bool *changed, struct err *err)
{
	const struct node *known = list_text_find(t, c->handle);
	struct list_item *item = &added[*added_count];

	if (!says_something(c))
		return 0;
	if (known) {
		*changed = true;
		return set(t, known, "email", c->email, err) < 0
			       ? err->code
			       : set(t, known, "legal_name", c->legal_name,
				     err);
	}
	if (!is_filled(c->email) && !is_filled(c->legal_name))
		return 0;
	add_pair(item, "handle", c->handle);
	add_pair(item, "email", c->email);
	add_pair(item, "legal_name", c->legal_name);
	(*added_count)++;
	*changed = true;
	return 0;
}

static int put(const char *path, struct change *c,
	       const struct contact *contacts, size_t count,
	       struct list_item *added, struct err *err)
{
	AUTO(list_text_releasep) struct list_text t = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	size_t added_count = 0;
	bool changed = false;

	if (read_text(path, &t, err) < 0)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (take_contact(&t, &contacts[i], added, &added_count,
				 &changed, err) < 0)
			return err->code;
	}
	if (!changed)
		return 0;
	list_text_add(&t, added, added_count);
	if (list_text_make(&t, &text, err) < 0)
		return err->code;
	return change_put_private(c, FILE_NAME, strbuf_str(&text), text.len,
				  err);
}

int contacts_put(struct workspace *ws, struct change *c,
		 const struct contact *contacts, size_t count, struct err *err)
{
	struct list_item *added = calloc(count + 1, sizeof(*added));
	char *path = workspace_path(ws, FILE_NAME);
	int rc = added && path ? put(path, c, contacts, count, added, err)
			       : err_nomem(err);

	free(added);
	free(path);
	return rc;
}
