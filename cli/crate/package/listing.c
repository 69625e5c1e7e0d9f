#include "crate/package/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/node.h"

void package_listing_release(struct package_listing *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->text_count; i++)
		free(l->texts[i].bytes);
	free(l->files);
	arena_release(&l->arena);
	*l = (struct package_listing){ 0 };
}

static int compare_path(const void *key, const void *file)
{
	return strcmp(key, ((const struct package_file *)file)->path);
}

const struct package_file *package_listing_find(const struct package_listing *l,
						const char *path)
{
	return l->count == 0 ? NULL
			     : bsearch(path, l->files, l->count,
				       sizeof(*l->files), compare_path);
}

const struct package_text *package_listing_text(const struct package_listing *l,
						const char *path)
{
	for (size_t i = 0; i < l->text_count; i++) {
		if (strcmp(l->texts[i].path, path) == 0)
			return &l->texts[i];
	}
	return NULL;
}

const struct package_text *package_listing_manifest(
	const struct package_listing *l)
{
	const struct package_text *text = package_listing_text(l, "Cargo.toml");

	return text ? text : package_listing_text(l, "cargo.toml");
}

const struct package_text *package_listing_readme(
	const struct package_listing *l)
{
	static const char *const names[] = { "README.md", "README.txt",
					     "README" };
	const struct package_text *text = NULL;

	for (size_t i = 0; i < ARRAY_LEN(names) && !text; i++)
		text = package_listing_text(l, names[i]);
	return text;
}

static int read_vcs(const struct node *root, struct package_vcs *out,
		    struct err *err)
{
	const struct node *git = NULL;
	const char *sha1 = "", *folder = "";

	if (node_map(root, "git", &git, err) < 0 ||
	    node_str_or(root, "path_in_vcs", "", &folder, err) < 0)
		return err->code;
	if (git && (node_str_or(git, "sha1", "", &sha1, err) < 0 ||
		    node_bool_or(git, "dirty", false, &out->dirty, err) < 0))
		return err->code;
	if (strlen(sha1) != 40 || strspn(sha1, "0123456789abcdef") != 40)
		sha1 = "";
	snprintf(out->sha1, sizeof(out->sha1), "%s", sha1);
	snprintf(out->folder, sizeof(out->folder), "%s", folder);
	return 0;
}

int package_vcs_read(const struct package_listing *l, struct package_vcs *out,
		     struct err *err)
{
	static const char name[] = ".cargo_vcs_info.json";
	const struct package_text *text = package_listing_text(l, name);
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct package_vcs vcs = { 0 };
	const struct node *root = NULL;

	if (!text)
		return err_set(err, ERR_NOT_FOUND, "no '%s' in the package",
			       name);
	if (json_read(text->bytes, text->len, name, &arena, &root, err) < 0 ||
	    read_vcs(root, &vcs, err) < 0)
		return err->code;
	*out = vcs;
	return 0;
}
