#ifndef TESTS_RUSTDOC_FORMATS_H
#define TESTS_RUSTDOC_FORMATS_H

/*
 * A document as rustdoc writes it, remade in another format: what 45 to 53,
 * 54 and 58 to 61 write differently by the changelog of rustdoc-json-types,
 * and 62 as it may come, with kinds, attributes and members that nobody knows.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/json.h"

/* "C, align(8)", as in #[repr(..)]. */
static void format_repr(const json_t *repr, char *out, size_t size)
{
	const char *kind = json_string_value(json_object_get(repr, "kind"));
	const char *type = json_string_value(json_object_get(repr, "int"));
	const json_t *align = json_object_get(repr, "align");
	const json_t *packed = json_object_get(repr, "packed");
	char part[4][32] = { "" };
	size_t used = 0;

	if (strcmp(kind, "rust") != 0)
		snprintf(part[0], sizeof(part[0]), "%s",
			 strcmp(kind, "c") == 0 ? "C" : kind);
	if (json_is_integer(align))
		snprintf(part[1], sizeof(part[1]), "align(%d)",
			 (int)json_integer_value(align));
	if (json_is_integer(packed))
		snprintf(part[2], sizeof(part[2]), "packed(%d)",
			 (int)json_integer_value(packed));
	if (type)
		snprintf(part[3], sizeof(part[3]), "%s", type);
	out[0] = '\0';
	for (int i = 0; i < 4; i++)
		if (part[i][0])
			used += (size_t)snprintf(out + used, size - used,
						 "%s%s", used ? ", " : "",
						 part[i]);
}

static void format_features(const json_t *enable, char *out, size_t size)
{
	size_t i, used = 0;
	json_t *one;

	out[0] = '\0';
	json_array_foreach (enable, i, one)
		used += (size_t)snprintf(out + used, size - used,
					 "%senable=\"%s\"", i ? ", " : "",
					 json_string_value(one));
}

/* Up to 53: Rust text. */
static json_t *attr_as_text(const json_t *attr)
{
	const char *word = json_string_value(attr);
	const json_t *value;
	char buf[512];

	if (word)
		return json_sprintf("#[%s]", word);
	if ((value = json_object_get(attr, "other")))
		return json_copy((json_t *)value);
	if ((value = json_object_get(attr, "must_use"))) {
		value = json_object_get(value, "reason");
		return json_is_string(value)
			       ? json_sprintf("#[must_use = \"%s\"]",
					      json_string_value(value))
			       : json_string("#[must_use]");
	}
	if ((value = json_object_get(attr, "export_name")))
		return json_sprintf("#[export_name = \"%s\"]",
				    json_string_value(value));
	if ((value = json_object_get(attr, "repr"))) {
		format_repr(value, buf, sizeof(buf));
		return json_sprintf("#[repr(%s)]", buf);
	}
	if ((value = json_object_get(attr, "target_feature"))) {
		format_features(json_object_get(value, "enable"), buf,
				sizeof(buf));
		return json_sprintf("#[target_feature(%s)]", buf);
	}
	return json_string("#[unheard_of]");
}

/* 54: what 55 has as `target_feature` is `other` still. */
static json_t *attr_as_other(const json_t *attr)
{
	json_t *text;

	if (!json_object_get(attr, "target_feature"))
		return json_deep_copy(attr);
	text = attr_as_text(attr);
	return json_pack("{s:o}", "other", text);
}

static void format_attrs(json_t *item, int format)
{
	const json_t *old = json_object_get(item, "attrs");
	json_t *new = json_array(), *one;
	size_t i;

	json_array_foreach (old, i, one)
		json_array_append_new(new, format < 54	 ? attr_as_text(one)
					   : format < 55 ? attr_as_other(one)
							 : json_deep_copy(one));
	if (format > 61) {
		json_array_append_new(new, json_string("#unheard-of["));
		json_array_append_new(new, json_integer(7));
		json_array_append_new(new, json_null());
		json_array_append_new(
			new, json_pack("[{s:[i,n,{s:b}]}]", "repr", 1, "x", 0));
		json_array_append_new(new, json_pack("{s:{s:[]}, s:n}",
						     "hologram", "deep", "x"));
	}
	json_object_set_new(item, "attrs", new);
}

static void format_item(json_t *item, int format)
{
	json_t *inner = json_object_get(item, "inner"), *value;
	const char *kind;

	format_attrs(item, format);
	if (format >= 58)
		json_object_set_new(item, "stability",
				    json_pack("{s:s, s:s}", "level", "unstable",
					      "feature", "x"));
	if (format >= 59)
		json_object_set_new(item, "const_stability", json_null());
	if (format > 61)
		json_object_set_new(item, "hologram",
				    json_pack("[{s:[]}]", "x"));
	json_object_foreach (inner, kind, value) {
		/* a field's value is its type: one member, the kind */
		if (!json_is_object(value) || strcmp(kind, "struct_field") == 0)
			continue;
		if (format >= 60)
			json_object_set_new(value, "default_unstable",
					    json_null());
		if (format > 61)
			json_object_set_new(value, "hologram",
					    json_pack("{s:[[]]}", "x"));
	}
}

/* An item of a kind that nobody knows, in the root module. */
static void format_add_unknown(json_t *doc)
{
	json_t *index = json_object_get(doc, "index");
	json_int_t root = json_integer_value(json_object_get(doc, "root"));
	char key[32];
	json_t *item, *module;

	snprintf(key, sizeof(key), "%lld", (long long)root);
	module = json_object_get(
		json_object_get(json_object_get(index, key), "inner"),
		"module");
	item = json_deep_copy(json_object_get(index, key));
	json_object_set_new(item, "id", json_integer(900000));
	json_object_set_new(item, "name", json_string("unheard_of"));
	json_object_set_new(item, "inner",
			    json_pack("{s:{s:[i]}}", "hologram", "items", 0));
	json_object_set_new(index, "900000", item);
	json_array_append_new(json_object_get(module, "items"),
			      json_integer(900000));
}

/* TEXT in FORMAT; the caller frees it. */
ATTR_UNUSED static char *as_format(const char *text, size_t len, int format,
				   size_t *out_len)
{
	json_t *doc = json_loadb(text, len, 0, NULL), *index, *value;
	const char *key;
	char *out;

	index = json_object_get(doc, "index");
	json_object_foreach (index, key, value)
		format_item(value, format);
	if (format < 57)
		json_object_foreach (json_object_get(doc, "external_crates"),
				     key, value)
			json_object_del(value, "path");
	if (format > 61)
		format_add_unknown(doc);
	json_object_set_new(doc, "format_version", json_integer(format));
	out = json_dumps(doc, JSON_COMPACT);
	json_decref(doc);
	*out_len = out ? strlen(out) : 0;
	return out;
}

#endif
