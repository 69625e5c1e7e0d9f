/*
 * Reports that are still true.  What is kept is what the gates said before any
 * level was changed by a policy, so that a new policy costs no build.
 */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"

enum {
	CACHE_MAX = 16 << 20
};

static char *cache_path(const struct gate_env *env, const char *key)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	strbuf_addf(&path, "%s/checks/%.2s/%s.json", env->cache_dir, key,
		    key + 2);
	return strbuf_take(&path);
}

static bool take(const struct node *map, const char *key, char *out,
		 size_t size)
{
	const char *value;
	struct err err = { 0 };

	if (node_str(map, key, &value, &err) < 0 || strlen(value) >= size)
		return false;
	memcpy(out, value, strlen(value) + 1);
	return true;
}

static bool read_finding(const struct node *n, struct findings *out)
{
	struct finding f = { 0 };
	const char *level;
	int64_t line, column, was_line;
	struct err err = { 0 };

	/* the file's own words are copied by findings_add() */
	return node_str(n, "id", &f.id, &err) == 0 &&
	       node_str(n, "level", &level, &err) == 0 &&
	       finding_level_parse(level, &f.level) &&
	       node_str_or(n, "file", NULL, &f.file, &err) == 0 &&
	       node_int(n, "line", 0, UINT32_MAX, &line, &err) == 0 &&
	       node_int(n, "column", 0, UINT32_MAX, &column, &err) == 0 &&
	       node_str_or(n, "was_file", NULL, &f.was_file, &err) == 0 &&
	       node_int(n, "was_line", 0, UINT32_MAX, &was_line, &err) == 0 &&
	       node_str_or(n, "allowed", NULL, &f.allowed, &err) == 0 &&
	       node_str_or(n, "subject", NULL, &f.subject, &err) == 0 &&
	       node_str_or(n, "why", NULL, &f.why, &err) == 0 &&
	       node_str_or(n, "mend", NULL, &f.mend, &err) == 0 &&
	       (f.line = (uint32_t)line, f.column = (uint32_t)column,
		f.was_line = (uint32_t)was_line, findings_add(out, &f) == 0);
}

/* The pipeline's own name for it: a report outlives the text it came from. */
static const char *static_name(const char *name)
{
	static const char *const names[] = { "tree", "pack", "metadata",
					     "build", "semver" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return names[i];
	return NULL;
}

static bool read_notes(const struct node *n, struct gate_outcome *o)
{
	const struct node *notes;
	struct err err = { 0 };

	if (node_list(n, "notes", &notes, &err) < 0 || !notes ||
	    notes->as.list.count > GATE_NOTES_MAX)
		return false;
	for (size_t i = 0; i < notes->as.list.count; i++) {
		const struct node *note = notes->as.list.items[i];

		if (note->kind != NODE_STR)
			return false;
		outcome_note(o, "%s", note->as.str.bytes);
	}
	return true;
}

static bool read_gate(const struct node *n, struct gate_report *out)
{
	struct gate_outcome *o = &out->gates[out->gate_count];
	const struct node *findings;
	const char *gate, *verdict;
	struct err err = { 0 };

	if (out->gate_count == GATE_COUNT_MAX ||
	    node_str(n, "gate", &gate, &err) < 0 ||
	    node_str(n, "verdict", &verdict, &err) < 0 ||
	    !verdict_parse(verdict, &o->verdict) ||
	    !take(n, "reason", o->reason, sizeof(o->reason)) ||
	    !take(n, "tool", o->tool, sizeof(o->tool)) ||
	    !take(n, "log", o->log, sizeof(o->log)) ||
	    node_int(n, "ms", 0, INT64_MAX, &o->ms, &err) < 0 ||
	    !read_notes(n, o) ||
	    node_list(n, "findings", &findings, &err) < 0 || !findings)
		return false;
	o->gate = static_name(gate);
	o->cached = true;
	o->first = out->findings.count;
	for (size_t i = 0; i < findings->as.list.count; i++)
		if (!read_finding(findings->as.list.items[i], &out->findings))
			return false;
	o->count = out->findings.count - o->first;
	out->gate_count++;
	return o->gate != NULL;
}

static bool read_report(const struct node *n, struct gate_report *out)
{
	const struct node *gates;
	int64_t size;
	struct err err = { 0 };

	if (!take(n, "crate", out->crate, sizeof(out->crate)) ||
	    !take(n, "version", out->version, sizeof(out->version)) ||
	    !take(n, "package", out->package_sha256,
		  sizeof(out->package_sha256)) ||
	    node_int(n, "package_size", 0, INT64_MAX, &size, &err) < 0 ||
	    node_list(n, "gates", &gates, &err) < 0 || !gates)
		return false;
	out->package_size = (uint64_t)size;
	out->cached = true;
	for (size_t i = 0; i < gates->as.list.count; i++)
		if (!read_gate(gates->as.list.items[i], out))
			return false;
	return true;
}

bool cache_read(const struct gate_env *env, const char *key,
		struct gate_report *out)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	AUTO(str_freep) char *path = cache_path(env, key);
	const struct node *root;
	struct err err = { 0 };

	if (!path || file_read(path, CACHE_MAX, &text, &err) < 0 ||
	    json_read(text.data, text.len, path, &arena, &root, &err) < 0 ||
	    !read_report(root, &r))
		return false;
	*out = r;
	r = (struct gate_report){ 0 };
	return true;
}

/* A cache that cannot be written is one that is not there. */
void cache_write(const struct gate_env *env, const char *key,
		 const struct gate_report *report)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(json_decrefp) json_t *view = gate_report_view(report);
	AUTO(str_freep) char *path = cache_path(env, key);
	AUTO(str_freep) char *dir = path ? strdup(path) : NULL;
	struct err err = { 0 };

	if (!view || !dir || json_write_line(view, &text, &err) < 0)
		return;
	dir[path_base(path) - path - 1] = '\0';
	if (file_make_dirs(dir, &err) == 0)
		(void)file_write_cache(path, text.data, text.len, &err);
}
