#include "gate/cargo_flags.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "gate/cargo_cfg.h"
#include "gate/cargo_config.h"

enum {
	CONFIGS_MAX = 64,
	BETWEEN = 0x1f /* two flags, where they are encoded */
};

/* ---- lists of flags, encoded */

static void add_flag(struct strbuf *list, const char *flag, size_t len)
{
	if (list->len > 0)
		strbuf_addc(list, BETWEEN);
	strbuf_add(list, flag, len);
}

static void add_words(struct strbuf *list, const char *text)
{
	while (*(text += strspn(text, " \t\r\n"))) {
		size_t len = strcspn(text, " \t\r\n");

		add_flag(list, text, len);
		text += len;
	}
}

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static bool is_choice(const char *codegen)
{
	return begins(codegen, "target-feature=") ||
	       begins(codegen, "target-cpu=");
}

/* How many flags from FLAG on, the next being NEXT, are one that counts. */
static int counts(const char *flag, const char *next)
{
	static const char *const glued[] = { "-C", "--codegen=" };

	if (begins(flag, "--cfg="))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(glued); i++)
		if (begins(flag, glued[i]) &&
		    is_choice(flag + strlen(glued[i])))
			return 1;
	if (begins(flag, "--cfg") && flag[5] == BETWEEN)
		return 2;
	if ((begins(flag, "-C") && flag[2] == BETWEEN) ||
	    (begins(flag, "--codegen") && flag[9] == BETWEEN))
		return is_choice(next) ? 2 : 0;
	return 0;
}

static const char *after(const char *flag)
{
	static const char between[] = { BETWEEN, '\0' };

	flag += strcspn(flag, between);
	return *flag ? flag + 1 : flag;
}

/* Append those of LIST that count. */
static void keep(const char *list, struct strbuf *out)
{
	static const char between[] = { BETWEEN, '\0' };

	while (*list) {
		int n = counts(list, after(list));

		for (int i = 0; i < n && *list; i++, list = after(list))
			add_flag(out, list, strcspn(list, between));
		if (n == 0)
			list = after(list);
	}
}

/* ---- where they are */

struct configs {
	struct arena arena;
	const struct node *roots[CONFIGS_MAX]; /* what counts most, last */
	size_t count;
	const char *cfgs; /* or NULL */
};

static void configs_release(struct configs *c)
{
	arena_release(&c->arena);
}
AUTO_RELEASE(struct configs, configs_release)

static int add_config(struct configs *c, const char *dir, struct err *err)
{
	const struct node *root;

	if (c->count == CONFIGS_MAX)
		return 0;
	if (cargo_config_read(dir, &c->arena, &root, err) < 0)
		return (int)err->code;
	if (root)
		c->roots[c->count++] = root;
	return 0;
}

/* CARGO_HOME's, then those from the root down to DIR. */
static int find_configs(struct configs *c, const char *dir, const char *home,
			struct err *err)
{
	const char *at = dir;

	if (home && add_config(c, home, err) < 0)
		return (int)err->code;
	for (; *at; at += 1 + strcspn(at + 1, "/")) {
		AUTO(strbuf_releasep) struct strbuf path = { 0 };

		strbuf_addf(&path, "%.*s/.cargo", (int)(at - dir), dir);
		if (strbuf_check(&path, err) < 0)
			return (int)err->code;
		if (home && strcmp(path.data, home) == 0)
			continue;
		if (add_config(c, path.data, err) < 0)
			return (int)err->code;
	}
	{
		AUTO(str_freep) char *own = path_joined(dir, ".cargo");

		if (!own)
			return err_nomem(err);
		if (strcmp(dir, "/") == 0 || (home && strcmp(own, home) == 0))
			return 0;
		return add_config(c, own, err);
	}
}

static const struct node *member(const struct node *map, const char *key)
{
	return map && map->kind == NODE_MAP ? node_get(map, key) : NULL;
}

/* A list goes after what other configurations have, a text in its place. */
static bool add_value(struct strbuf *list, const struct node *value)
{
	if (!value)
		return false;
	if (value->kind == NODE_STR) {
		strbuf_reset(list);
		add_words(list, value->as.str.bytes);
	}
	for (size_t i = 0; value->kind == NODE_LIST && i < value->as.list.count;
	     i++) {
		const struct node *n = value->as.list.items[i];

		if (n->kind == NODE_STR)
			add_flag(list, n->as.str.bytes, n->as.str.len);
	}
	return true;
}

/* CARGO_SECTION_KEY, as cargo calls them. */
static bool add_variable(struct strbuf *list, const char *section,
			 const char *key)
{
	AUTO(strbuf_releasep) struct strbuf name = { 0 };
	const char *value;

	strbuf_addf(&name, "CARGO_%s_%s", section, key);
	if (!strbuf_ok(&name)) {
		list->failed = name.failed;
		return false;
	}
	for (char *p = name.data; *p; p++)
		*p = *p == '-' || *p == '.' ? '_'
					    : (char)toupper((unsigned char)*p);
	value = getenv(name.data);
	if (value)
		add_words(list, value);
	return value != NULL;
}

/* Of all predicates that hold, one after the other. */
static bool from_cfgs(const struct node *targets, const char *cfgs,
		      const char *key, struct strbuf *list)
{
	bool any = false;

	for (size_t i = 0;
	     targets && targets->kind == NODE_MAP && i < targets->as.map.count;
	     i++) {
		const struct node_entry *e = &targets->as.map.entries[i];
		const struct node *value = member(e->value, key);
		AUTO(strbuf_releasep) struct strbuf own = { 0 };

		if (!value || cargo_cfg_holds(e->key->as.str.bytes, cfgs) !=
				      CARGO_CFG_TRUE)
			continue;
		any |= add_value(&own, value);
		if (own.len > 0)
			add_flag(list, own.data, own.len);
		if (!strbuf_ok(&own))
			list->failed = own.failed;
	}
	return any;
}

static bool from_target(const struct configs *c, const char *triple,
			const char *key, struct strbuf *list)
{
	AUTO(strbuf_releasep) struct strbuf section = { 0 };
	bool any = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct node *t = member(c->roots[i], "target");

		any |= add_value(list, member(member(t, triple), key));
	}
	strbuf_addf(&section, "TARGET_%s", triple);
	any |= add_variable(list, strbuf_str(&section), key);
	for (size_t i = 0; c->cfgs && i < c->count; i++)
		any |= from_cfgs(member(c->roots[i], "target"), c->cfgs, key,
				 list);
	return any;
}

static void from_build(const struct configs *c, const char *key,
		       struct strbuf *list)
{
	for (size_t i = 0; i < c->count; i++)
		(void)add_value(list,
				member(member(c->roots[i], "build"), key));
	(void)add_variable(list, "BUILD", key);
}

/* NAME is RUSTFLAGS or RUSTDOCFLAGS. */
static bool from_environment(const char *name, struct strbuf *list)
{
	AUTO(strbuf_releasep) struct strbuf encoded = { 0 };
	const char *value;

	strbuf_addf(&encoded, "CARGO_ENCODED_%s", name);
	value = getenv(strbuf_str(&encoded));
	if (value) {
		strbuf_adds(list, value);
		return true;
	}
	value = getenv(name);
	if (value)
		add_words(list, value);
	return value != NULL;
}

static int read_one(const struct configs *c, const char *triple,
		    const char *name, struct strbuf *out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf list = { 0 };
	const char *key =
		strcmp(name, "RUSTFLAGS") == 0 ? "rustflags" : "rustdocflags";

	strbuf_init(&list, CARGO_FLAGS_MAX);
	if (!from_environment(name, &list) &&
	    !from_target(c, triple, key, &list))
		from_build(c, key, &list);
	if (strbuf_check(&list, err) < 0)
		return (int)err->code;
	keep(strbuf_str(&list), out);
	return strbuf_check(out, err);
}

/* One that cannot be told whether it holds. */
static bool is_conditional(const struct node_entry *e, const char *cfgs)
{
	if (cfgs &&
	    cargo_cfg_holds(e->key->as.str.bytes, cfgs) != CARGO_CFG_UNKNOWN)
		return false;
	return begins(e->key->as.str.bytes, "cfg(") &&
	       (member(e->value, "rustflags") ||
		member(e->value, "rustdocflags"));
}

static bool has_conditional(const struct configs *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct node *t = member(c->roots[i], "target");

		if (!t || t->kind != NODE_MAP)
			continue;
		for (size_t k = 0; k < t->as.map.count; k++)
			if (is_conditional(&t->as.map.entries[k], c->cfgs))
				return true;
	}
	return false;
}

int cargo_flags_read(const char *dir, const char *cargo_home,
		     const char *triple, const char *cfgs,
		     struct cargo_flags *out, struct err *err)
{
	AUTO(configs_releasep) struct configs c = { .cfgs = cfgs };
	AUTO(cargo_flags_releasep) struct cargo_flags f = { 0 };

	strbuf_init(&f.rustc, CARGO_FLAGS_MAX);
	strbuf_init(&f.rustdoc, 2 * CARGO_FLAGS_MAX);
	if (find_configs(&c, dir, cargo_home, err) < 0 ||
	    read_one(&c, triple, "RUSTFLAGS", &f.rustc, err) < 0)
		return (int)err->code;
	strbuf_adds(&f.rustdoc, strbuf_str(&f.rustc));
	if (read_one(&c, triple, "RUSTDOCFLAGS", &f.rustdoc, err) < 0)
		return (int)err->code;
	f.conditional = has_conditional(&c) && !getenv("RUSTFLAGS") &&
			!getenv("CARGO_ENCODED_RUSTFLAGS");
	*out = f;
	f = (struct cargo_flags){ 0 };
	return 0;
}

void cargo_flags_release(struct cargo_flags *f)
{
	if (!f)
		return;
	strbuf_release(&f->rustc);
	strbuf_release(&f->rustdoc);
}
