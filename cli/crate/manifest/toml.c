#include "crate/manifest/toml.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/parse.h"
#include "crate/manifest/toml_tree.h"

struct doc {
	struct toml_scan scan;
	struct toml_tree tree;
	struct toml_growing *root;
	struct toml_growing *here; /* the table of the last header */
};

struct key {
	struct node *parts[TOML_DEPTH_MAX];
	size_t count;
};

static int read_value(struct doc *d, uint32_t depth, struct toml_member *out);

static struct err *err_of(struct doc *d)
{
	return d->scan.err;
}

/* ---- keys */

static int read_key(struct doc *d, struct key *key)
{
	struct toml_scan *s = &d->scan;

	key->count = 0;
	for (;;) {
		if (key->count == TOML_DEPTH_MAX)
			return toml_too_deep(&d->scan);
		if (toml_key_part(s, &key->parts[key->count]) < 0)
			return s->err->code;
		key->count++;
		toml_skip_blanks(s);
		if (toml_peek(s, 0) != '.')
			return 0;
		s->pos++;
		toml_skip_blanks(s);
	}
}

static int twice(struct doc *d, const struct node *key,
		 const struct toml_member *first)
{
	const struct node *at = first->key ? first->key : first->value;

	(void)node_err(key, err_of(d), ERR_FORMAT, "'%s' is set twice",
		       key->as.str.bytes);
	return err_hint(err_of(d), "it is set in line %u first",
			(unsigned)at->line);
}

/* Step from TABLE into the table that PART of a dotted key names. */
static int step_dotted(struct doc *d, struct toml_growing *table,
		       struct node *part, struct toml_growing **out)
{
	struct toml_member *m = NULL;

	if (toml_find(&d->tree, table, part, &m) < 0)
		return err_of(d)->code;
	if (!m)
		return toml_add_table(&d->tree, table, part, TOML_DOTTED, out);
	if (!m->growing || m->growing->is_array ||
	    (m->growing->origin != TOML_IMPLIED &&
	     m->growing->origin != TOML_DOTTED))
		return twice(d, part, m);
	m->growing->origin = TOML_DOTTED;
	*out = m->growing;
	return 0;
}

/* key = value, into TABLE */
static int read_pair(struct doc *d, struct toml_growing *table)
{
	struct toml_scan *s = &d->scan;
	struct toml_member *old = NULL, m = { 0 };
	struct key key;
	struct node *last;

	if (read_key(d, &key) < 0)
		return s->err->code;
	if (toml_peek(s, 0) != '=')
		return toml_fail(s, ERR_FORMAT, "'=' is wanted after a key");
	s->pos++;
	toml_skip_blanks(s);
	for (size_t i = 0; i + 1 < key.count; i++) {
		if (step_dotted(d, table, key.parts[i], &table) < 0)
			return s->err->code;
	}
	last = key.parts[key.count - 1];
	if (toml_find(&d->tree, table, last, &old) < 0)
		return s->err->code;
	if (old)
		return twice(d, last, old);
	if (read_value(d, table->depth + 1, &m) < 0)
		return s->err->code;
	return toml_add(&d->tree, table, last, &m);
}

/* ---- values */

static int skip_in_brackets(struct doc *d, bool lines)
{
	if (lines)
		return toml_skip_lines(&d->scan);
	toml_skip_blanks(&d->scan);
	return 0;
}

/*
 * Before an item of a list that ends in CLOSE: 1 if there is an item, 0 at
 * the end (stepped over).  FIRST: no comma is wanted.
 */
static int next_item(struct doc *d, char close, bool first, bool lines)
{
	struct toml_scan *s = &d->scan;
	bool last_comma = close == ']' || s->version == TOML_1_1;

	if (skip_in_brackets(d, lines) < 0)
		return s->err->code;
	if (toml_peek(s, 0) == close) {
		s->pos++;
		return 0;
	}
	if (first)
		return 1;
	if (toml_peek(s, 0) != ',')
		return toml_fail(s, ERR_FORMAT, "',' or '%c' is wanted here",
				 close);
	s->pos++;
	if (skip_in_brackets(d, lines) < 0)
		return s->err->code;
	if (toml_peek(s, 0) != close)
		return 1;
	if (!last_comma)
		return toml_fail(s, ERR_FORMAT,
				 "no comma may stand before '}'");
	s->pos++;
	return 0;
}

static int read_array(struct doc *d, struct node *node, uint32_t depth,
		      struct toml_member *out)
{
	struct toml_growing *array =
		toml_grow(&d->tree, node, true, TOML_INLINE, depth);
	int more;

	if (!array)
		return err_of(d)->code;
	d->scan.pos++;
	while ((more = next_item(d, ']', !array->first, true)) > 0) {
		struct toml_member *m = toml_append(&d->tree, array);

		if (!m || read_value(d, depth + 1, m) < 0)
			return err_of(d)->code;
	}
	node->end = d->scan.pos;
	out->value = node; /* complete: nothing may be added later */
	return more;
}

static int read_inline(struct doc *d, struct node *node, uint32_t depth,
		       struct toml_member *out)
{
	struct toml_growing *table =
		toml_grow(&d->tree, node, false, TOML_INLINE, depth);
	bool lines = d->scan.version == TOML_1_1;
	int more;

	if (!table)
		return err_of(d)->code;
	d->scan.pos++;
	while ((more = next_item(d, '}', !table->first, lines)) > 0) {
		if (read_pair(d, table) < 0)
			return err_of(d)->code;
	}
	node->end = d->scan.pos;
	out->value = node;
	return more;
}

static int read_value(struct doc *d, uint32_t depth, struct toml_member *out)
{
	struct toml_scan *s = &d->scan;
	char c = toml_peek(s, 0);
	struct node *n = NULL;
	int rc;

	if (c == '[' || c == '{') {
		if (depth > TOML_DEPTH_MAX)
			return toml_too_deep(&d->scan);
		n = toml_node(s, NODE_LIST);
		if (!n)
			return s->err->code;
		return c == '[' ? read_array(d, n, depth, out)
				: read_inline(d, n, depth, out);
	}
	if (c == '"' || c == '\'')
		rc = toml_string(s, &n);
	else
		rc = toml_scalar(s, &n);
	if (rc == 0)
		out->value = n;
	return rc;
}

/* ---- headers */

/* Step towards a header's table, through the last item of an array. */
static int step_header(struct doc *d, struct toml_growing *table,
		       struct node *part, struct toml_growing **out)
{
	struct toml_member *m = NULL;
	struct toml_growing *g;

	if (toml_find(&d->tree, table, part, &m) < 0)
		return err_of(d)->code;
	if (!m)
		return toml_add_table(&d->tree, table, part, TOML_IMPLIED, out);
	g = m->growing;
	if (!g)
		return twice(d, part, m);
	*out = g->is_array ? g->last->growing : g;
	return 0;
}

static int open_table(struct doc *d, struct toml_growing *parent,
		      struct node *name)
{
	struct toml_member *m = NULL;

	if (toml_find(&d->tree, parent, name, &m) < 0)
		return err_of(d)->code;
	if (!m)
		return toml_add_table(&d->tree, parent, name, TOML_HEADER,
				      &d->here);
	if (!m->growing || m->growing->is_array ||
	    m->growing->origin != TOML_IMPLIED)
		return twice(d, name, m);
	m->growing->origin = TOML_HEADER;
	toml_move_to_key(m->growing->node, name);
	d->here = m->growing;
	return 0;
}

static int open_array_item(struct doc *d, struct toml_growing *parent,
			   struct node *name)
{
	struct toml_member *m = NULL, fresh = { 0 };

	if (toml_find(&d->tree, parent, name, &m) < 0)
		return err_of(d)->code;
	if (m) {
		if (!m->growing || !m->growing->is_array)
			return twice(d, name, m);
		return toml_append_table(&d->tree, m->growing, name, &d->here);
	}
	fresh.growing = toml_grow_at_key(&d->tree, name, true, TOML_HEADER,
					 parent->depth + 1);
	if (!fresh.growing)
		return err_of(d)->code;
	fresh.value = fresh.growing->node;
	if (toml_append_table(&d->tree, fresh.growing, name, &d->here) < 0)
		return err_of(d)->code;
	return toml_add(&d->tree, parent, name, &fresh);
}

static int read_header(struct doc *d)
{
	struct toml_scan *s = &d->scan;
	bool is_array = toml_peek(s, 1) == '[';
	struct toml_growing *parent = d->root;
	struct key key;

	s->pos += is_array ? 2 : 1;
	toml_skip_blanks(s);
	if (read_key(d, &key) < 0)
		return s->err->code;
	if (toml_peek(s, 0) != ']' || (is_array && toml_peek(s, 1) != ']'))
		return toml_fail(s, ERR_FORMAT, "'%s' is wanted here",
				 is_array ? "]]" : "]");
	s->pos += is_array ? 2 : 1;
	for (size_t i = 0; i + 1 < key.count; i++) {
		if (step_header(d, parent, key.parts[i], &parent) < 0)
			return s->err->code;
	}
	return is_array ? open_array_item(d, parent, key.parts[key.count - 1])
			: open_table(d, parent, key.parts[key.count - 1]);
}

/* ---- the document */

/* What stands here instead of the end of the line, in short. */
static int no_line_end(struct toml_scan *s)
{
	size_t len = 0;

	while (len < 20 && (unsigned char)toml_peek(s, len) > ' ')
		len++;
	if (len == 0)
		return toml_fail(s, ERR_FORMAT,
				 "control character 0x%02x in a line",
				 (unsigned)(unsigned char)toml_peek(s, 0));
	return toml_fail(s, ERR_FORMAT, "the line should end before '%.*s'",
			 (int)len, s->bytes + s->pos);
}

static int end_of_line(struct doc *d)
{
	struct toml_scan *s = &d->scan;

	toml_skip_blanks(s);
	if (toml_skip_comment(s) < 0)
		return s->err->code;
	if (s->pos < s->len && !toml_skip_newline(s))
		return no_line_end(s);
	return 0;
}

static int read_document(struct doc *d)
{
	struct toml_scan *s = &d->scan;
	struct node *n = toml_node(s, NODE_MAP);

	if (!n)
		return s->err->code;
	d->root = toml_grow(&d->tree, n, false, TOML_HEADER, 0);
	if (!d->root)
		return s->err->code;
	d->here = d->root;
	for (;;) {
		if (toml_skip_lines(s) < 0)
			return s->err->code;
		if (s->pos == s->len)
			break;
		if ((toml_peek(s, 0) == '[' ? read_header(d)
					    : read_pair(d, d->here)) < 0 ||
		    end_of_line(d) < 0)
			return s->err->code;
	}
	n->end = s->len;
	return toml_settle(&d->tree);
}

/* The line of the first byte that is no UTF-8, for the message. */
static int check_text(struct toml_scan *s)
{
	for (size_t pos = 0; pos < s->len; s->line++) {
		const char *begin = s->bytes + pos;
		const char *end = memchr(begin, '\n', s->len - pos);
		size_t len = end ? (size_t)(end - begin) : s->len - pos;

		if (!text_is_utf8(begin, len) || memchr(begin, '\0', len)) {
			s->pos = s->line_start = pos;
			return toml_fail(s, ERR_FORMAT,
					 "this line is no UTF-8 text");
		}
		pos += len + 1;
	}
	s->line = 1;
	return 0;
}

int toml_read(const char *bytes, size_t len, const char *file,
	      enum toml_version version, struct arena *arena,
	      const struct node **out, struct err *err)
{
	struct doc d = { .scan = { .bytes = bytes,
				   .len = len,
				   .line = 1,
				   .column = 1,
				   .version = version,
				   .arena = arena,
				   .err = err } };
	int rc;

	if (len > TOML_INPUT_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d bytes of TOML",
			       file, (int)TOML_INPUT_MAX);
	d.tree.scan = &d.scan;
	d.scan.file = arena_strdup(arena, file);
	if (!d.scan.file)
		return err_nomem(err);
	rc = check_text(&d.scan);
	if (rc == 0) {
		if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
			d.scan.pos = d.scan.line_start = 3;
		rc = read_document(&d);
	}
	if (rc == 0)
		*out = d.root->node;
	toml_tree_release(&d.tree);
	return rc;
}
