/*
 * The tree before anything is packed: cargo packs what a link points to, and a
 * README or licence file from outside of the crate's folder.
 */
#include "gate/gate_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "crate/manifest/manifest.h"
#include "crate/package/tree.h"
#include "io/file.h"
#include "io/walk.h"

enum {
	LINK_MAX = 4096,
	MANIFEST_MAX = 1 << 20,
	WORKSPACE_LEVELS = 32 /* folders looked in for a workspace's root */
};

struct forest {
	struct pipeline *p;
	const char *root;
	struct arena arena;
	struct source_entry *entries;
	size_t count;
	size_t cap;
};

static void forest_release(struct forest *f)
{
	free(f->entries);
	arena_release(&f->arena);
}
AUTO_RELEASE(struct forest, forest_release)

static int find_special(struct pipeline *p, const char *path, struct err *err)
{
	const struct finding f = {
		.id = "special-file",
		.level = FINDING_DENY,
		.file = path,
		.subject = path,
		.why = "it is no file, folder or link, and cargo would wait on "
		       "it for ever",
		.mend = "remove it",
	};

	return pipeline_find(p, &f, err);
}

static const char *link_target(struct forest *f, const char *path)
{
	AUTO(str_freep) char *full = path_joined(f->root, path);
	char target[LINK_MAX];
	ssize_t n = full ? readlink(full, target, sizeof(target) - 1) : -1;

	return n < 0 ? NULL : arena_strndup(&f->arena, target, (size_t)n);
}

/* A student's own build output is neither packed nor looked at. */
static bool is_passed_over(const struct forest *f, const char *path)
{
	AUTO(strbuf_releasep) struct strbuf tag = { 0 };

	if (strcmp(path_base(path), ".git") == 0)
		return true;
	if (strcmp(path_base(path), "target") != 0)
		return false;
	strbuf_addf(&tag, "%s/%s/CACHEDIR.TAG", f->root, path);
	return strbuf_ok(&tag) && file_exists(strbuf_str(&tag));
}

static int add_entry(void *ctx, const struct walk_entry *e, struct err *err)
{
	struct forest *f = ctx;
	struct source_entry *grown, *entry;

	if (S_ISDIR(e->st->st_mode))
		return is_passed_over(f, e->path);
	if (!S_ISREG(e->st->st_mode) && !S_ISLNK(e->st->st_mode))
		return find_special(f->p, e->path, err);
	grown = vec_grow(f->entries, &f->cap, f->count + 1, sizeof(*grown));
	if (!grown)
		return err_nomem(err);
	f->entries = grown;
	entry = &grown[f->count];
	*entry = (struct source_entry){ .size = (uint64_t)e->st->st_size };
	entry->path = arena_strdup(&f->arena, e->path);
	if (S_ISLNK(e->st->st_mode)) {
		entry->kind = SOURCE_LINK;
		entry->target = link_target(f, e->path);
	}
	if (!entry->path || (entry->kind == SOURCE_LINK && !entry->target))
		return err_nomem(err);
	f->count++;
	return 0;
}

/* The crate's folder as seen from the repository's root. */
static const char *folder_in(const char *root, const char *dir)
{
	size_t len = strlen(root);

	while (len > 1 && root[len - 1] == '/')
		len--;
	if (strncmp(root, dir, len) != 0)
		return "";
	dir += len;
	return dir + strspn(dir, "/");
}

/*
 * A submodule is an empty folder on disk; .gitmodules says where they are, as
 * git's configuration syntax has it: `path = vendor/thing`.
 */
static int add_submodules(struct forest *f, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(f->root, ".gitmodules");
	struct err ignored = { 0 }; /* as a rule there is no such file */

	if (!path || file_read(path, MANIFEST_MAX, &text, &ignored) < 0)
		return path ? 0 : err_nomem(err);
	for (const char *p = strbuf_str(&text); *p;) {
		size_t len = strcspn(p, "\n"), skip = strspn(p, " \t");
		const char *value = p + skip + 4;
		struct source_entry *grown;

		if (strncmp(p + skip, "path", 4) == 0) {
			value += strspn(value, " \t=");
			grown = vec_grow(f->entries, &f->cap, f->count + 1,
					 sizeof(*grown));
			if (!grown)
				return err_nomem(err);
			f->entries = grown;
			grown[f->count] = (struct source_entry){
				.kind = SOURCE_SUBMODULE,
				.path = arena_strndup(&f->arena, value,
						      strcspn(value, "\n"))
			};
			if (!grown[f->count++].path)
				return err_nomem(err);
		}
		p += len + (p[len] == '\n');
	}
	return 0;
}

static int find_outside(struct pipeline *p, const char *key, const char *value,
			struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf subject = { 0 };
	struct finding f = {
		.id = "file-out-of-tree",
		.level = FINDING_DENY,
		.file = "Cargo.toml",
		.why = "cargo would pack a file from outside of the "
		       "repository",
		.mend = "name a file inside of the repository",
	};

	strbuf_addf(&subject, "%s = \"%s\"", key, value);
	f.subject = strbuf_str(&subject);
	return strbuf_check(&subject, err) < 0 ? (int)err->code
					       : pipeline_find(p, &f, err);
}

/* True if DIR/VALUE, links resolved, lies in the repository or nowhere. */
static bool stays_inside(const struct pipeline *p, const char *dir,
			 const char *value)
{
	AUTO(str_freep)
	char *full = value[0] == '/' ? strdup(value) : path_joined(dir, value);
	AUTO(str_freep) char *real = full ? os_real_path(full) : NULL;
	AUTO(str_freep) char *root = os_real_path(p->subject->root_dir);
	size_t len = root ? strlen(root) : 0;

	if (!real) /* no such file: nothing can be packed */
		return true;
	return root && strncmp(real, root, len) == 0 &&
	       (real[len] == '/' || real[len] == '\0') &&
	       !strstr(real + len, "/.git/");
}

static int check_named(struct pipeline *p, const char *dir, const char *key,
		       const struct manifest_text *t, struct err *err)
{
	if (!t->value || stays_inside(p, dir, t->value))
		return 0;
	return find_outside(p, key, t->value, err);
}

/*
 * `readme.workspace = true` takes the path from [workspace.package] of a
 * folder above; manifest_read() reads that table as it reads [package].
 */
static int check_workspace(struct pipeline *p, struct err *err)
{
	AUTO(str_freep) char *dir = os_real_path(p->subject->source_dir);
	AUTO(str_freep) char *root = os_real_path(p->subject->root_dir);

	for (int i = 0; dir && root && i < WORKSPACE_LEVELS; i++) {
		AUTO(arena_releasep) struct arena arena = { 0 };
		struct manifest m = { 0 };
		const struct node *package;
		char *slash;

		if (strncmp(dir, root, strlen(root)) != 0)
			break;
		if (gate_manifest(dir, &arena, &m) && m.workspace) {
			static const char *const keys[] = { "readme",
							    "license-file" };

			package = node_get(m.workspace, "package");
			for (size_t k = 0; package && k < 2; k++) {
				const struct node *v =
					node_get(package, keys[k]);
				struct manifest_text t = { 0 };

				if (v && v->kind == NODE_STR)
					t.value = v->as.str.bytes;
				if (check_named(p, dir, keys[k], &t, err) < 0)
					return (int)err->code;
			}
		}
		slash = strrchr(dir, '/');
		if (!slash || slash == dir)
			break;
		*slash = '\0';
	}
	return 0;
}

static int check_manifest(struct pipeline *p, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const char *dir = p->subject->source_dir;
	struct manifest m = { 0 };
	const struct node *elsewhere;

	/* what cannot be read is for cargo to refuse, with its own words */
	if (!gate_manifest(dir, &arena, &m))
		return 0;
	elsewhere = m.package ? node_get(m.package, "workspace") : NULL;
	if (elsewhere && elsewhere->kind == NODE_STR &&
	    !stays_inside(p, dir, elsewhere->as.str.bytes) &&
	    find_outside(p, "workspace", elsewhere->as.str.bytes, err) < 0)
		return (int)err->code;
	if (check_named(p, dir, "readme", &m.readme, err) < 0 ||
	    check_named(p, dir, "license-file", &m.license_file, err) < 0)
		return (int)err->code;
	return check_workspace(p, err);
}

static int check_tag(struct pipeline *p, struct err *err)
{
	const struct gate_subject *s = p->subject;
	struct finding f = { .id = "moved-tag",
			     .level = FINDING_DENY,
			     .subject = s->tag ? s->tag : "tag",
			     .mend = "raise the version and run "
				     "'cohort submit' again" };
	char why[160];

	if (!s->moved_tag)
		return 0;
	snprintf(why, sizeof(why),
		 "the tag was moved or deleted after it was collected; commit "
		 "%.12s is kept",
		 s->kept_commit ? s->kept_commit : "");
	f.why = why;
	return pipeline_find(p, &f, err);
}

int gate_step_tree(struct pipeline *p, struct gate_outcome *o, struct err *err)
{
	const struct gate_subject *s = p->subject;
	AUTO(forest_releasep) struct forest f = { .p = p, .root = s->root_dir };

	snprintf(o->tool, sizeof(o->tool), "cohort");
	if (check_tag(p, err) < 0)
		return (int)err->code;
	if (!s->source_dir)
		return 0; /* packed already: it was looked at then */
	if (walk_tree(s->root_dir, add_entry, &f, err) < 0 ||
	    add_submodules(&f, err) < 0)
		return (int)err->code;
	if (tree_lint(f.entries, f.count, folder_in(s->root_dir, s->source_dir),
		      &p->report->findings, err) < 0)
		return (int)err->code;
	return check_manifest(p, err);
}
