/* What must hold before a commit is submitted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "base/semver.h"
#include "course/source.h"
#include "course/submit_internal.h"
#include "io/git_url.h"

enum {
	TIMEOUT_S = 60,
	SILENCE_S = 20,
	REFS_MAX = 200000,
	FETCH_MAX = 64 << 20 /* a tag, and what it needs that is not here */
};

static const char *const schemes[] = { "https", "ssh", "http", "file" };

static const struct remote_limits limits = { .max_bytes = FETCH_MAX,
					     .max_refs = REFS_MAX,
					     .timeout_s = TIMEOUT_S,
					     .low_speed_s = SILENCE_S,
					     .credentials = true };

static const char tags[] = "refs/tags/";
static const char branches[] = "refs/heads/";

/* ---- names */

/* The one name of a version that git would not take for a ref. */
static bool ends_in_lock(const char *version)
{
	static const char lock[] = ".lock";
	size_t len = strlen(version);

	return len >= sizeof(lock) &&
	       strcmp(version + len - (sizeof(lock) - 1), lock) == 0;
}

static int check_names(struct submit *s)
{
	const struct crate_dir *c = &s->crate;
	struct semver v;

	if (strcmp(c->name, c->dot->crate) != 0) {
		(void)err_set(s->err, ERR_REFUSED,
			      "Cargo.toml calls the crate '%s', but it is "
			      "'%s' in the course",
			      c->name, c->dot->crate);
		return err_hint(s->err, "write name = \"%s\" in Cargo.toml",
				c->dot->crate);
	}
	if (semver_parse(c->version, &v, s->err) < 0)
		return err_context(s->err, "Cargo.toml");
	if (ends_in_lock(c->version))
		return err_set(s->err, ERR_FORMAT,
			       "version '%s' cannot be a tag: git keeps names "
			       "in '.lock' for itself",
			       c->version);
	if (!artifact_tag_format(c->dot->artifact, c->version, s->out->tag))
		return err_set(s->err, ERR_FORMAT, "version '%s' is too long",
			       c->version);
	return 0;
}

/* ---- the work tree */

static int hint_begin(struct submit *s, const char *first)
{
	return err_hint(s->err, "%sgit add . && git commit -m 'Begin %s'",
			first, s->crate.name);
}

static int check_committed(struct submit *s)
{
	AUTO(worktree_dirt_releasep) struct worktree_dirt dirt = { 0 };
	const char *folder = s->crate.folder;

	if (worktree_dirt(s->crate.repo, folder, &dirt, s->err) < 0)
		return s->err->code;
	if (dirt.total == 0)
		return 0;
	if (dirt.total == 1)
		(void)err_set(s->err, ERR_REFUSED, "'%s' is not committed",
			      dirt.paths[0]);
	else
		(void)err_set(s->err, ERR_REFUSED,
			      "'%s' and %zu more are not committed",
			      dirt.paths[0], dirt.total - 1);
	if (dirt.untracked > 0)
		return err_hint(s->err, "git add . && git commit, or name "
					"them in .gitignore");
	return err_hint(s->err, "git commit -a");
}

static int not_in_commit(struct submit *s, const char *name)
{
	err_clear(s->err);
	(void)err_set(s->err, ERR_REFUSED, "'%s' is not in commit %.7s", name,
		      s->out->commit);
	return err_hint(s->err, "git add -f %s && git commit -m 'Add %s'", name,
			name);
}

/* An ignored file is in no commit, however clean the work tree is. */
static int check_manifest(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct oid ignored;

	path_join(&path, s->crate.folder, "Cargo.toml");
	if (strbuf_check(&path, s->err) < 0)
		return s->err->code;
	if (repo_path_find(s->crate.repo, &s->head, strbuf_str(&path), &ignored,
			   s->err) < 0)
		return s->err->code == ERR_NOT_FOUND
			       ? not_in_commit(s, "Cargo.toml")
			       : s->err->code;
	return 0;
}

/* Whoever collects looks for the crate in the commit, as is done here. */
static int check_collectable(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf folder = { 0 };
	AUTO(dotcohort_freep) struct dotcohort *dot = NULL;
	const struct crate_dir *c = &s->crate;

	if (source_find(c->repo, &s->head, c->dot->artifact, &folder, &dot,
			s->err) < 0) {
		if (s->err->code == ERR_NOT_FOUND)
			return not_in_commit(s, ".cohort.yaml");
		return err_context(s->err, "commit %.7s", s->out->commit);
	}
	if (!dot || strcmp(strbuf_str(&folder), c->folder) != 0)
		return not_in_commit(s, ".cohort.yaml");
	if (strcmp(dot->crate, c->dot->crate) != 0 ||
	    strcmp(dot->handle, c->dot->handle) != 0)
		return err_set(s->err, ERR_REFUSED,
			       "'.cohort.yaml' is not what it is in commit "
			       "%.7s",
			       s->out->commit);
	return check_manifest(s);
}

static int read_url(struct submit *s, struct git_url *u)
{
	if (worktree_remote_url(s->crate.repo, "origin", &s->address, s->err) <
	    0) {
		bool is_missing = s->err->code == ERR_NOT_FOUND;

		if (is_missing)
			s->err->code = ERR_REFUSED;
		return err_hint(s->err, "git remote %s origin URL",
				is_missing ? "add" : "set-url");
	}
	if (git_url_parse(s->address, u, s->err) == 0)
		return 0;
	(void)err_context(s->err, "remote 'origin'");
	return err_hint(s->err, "git remote set-url origin URL");
}

/* Where origin is: as remote_open() takes it, and as it can be shown. */
static int find_address(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char shown[GIT_URL_MAX + 300];
	struct git_url u;

	if (read_url(s, &u) < 0)
		return s->err->code;
	snprintf(shown, sizeof(shown), "%s", s->address);
	if (u.scheme == GIT_HTTP || u.scheme == GIT_HTTPS)
		git_url_http(&u, shown); /* a user's name may be a token */
	if (u.scheme == GIT_FILE && u.path[0] != '/') {
		path_join(&path, repo_work_dir(s->crate.repo), u.path);
		free(s->address);
		s->address = strbuf_take(&path);
	}
	s->out->url = strdup(shown);
	return s->address && s->out->url ? 0 : err_nomem(s->err);
}

static int check_repository(struct submit *s)
{
	struct err *err = s->err;

	if (!s->crate.repo || !s->crate.folder) {
		(void)err_set(err, ERR_REFUSED,
			      "'%s' is not in a git repository", s->crate.dir);
		return hint_begin(s, "git init -b main && ");
	}
	if (worktree_head(s->crate.repo, &s->head, s->branch, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return err->code;
		err->code = ERR_REFUSED;
		return hint_begin(s, "");
	}
	oid_hex(&s->head, s->out->commit);
	if (worktree_is_shallow(s->crate.repo)) {
		(void)err_set(err, ERR_REFUSED,
			      "the history of this repository is cut off");
		return err_hint(err, "git fetch --unshallow, and submit again");
	}
	if (check_committed(s) < 0 || check_collectable(s) < 0)
		return err->code;
	return find_address(s);
}

/* ---- what the repository has */

static const struct remote_ref *find_ref(const struct submit *s,
					 const char *prefix, const char *name)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < s->refs.count; i++) {
		const struct remote_ref *r = &s->refs.items[i];

		if (strncmp(r->name, prefix, len) == 0 &&
		    strcmp(r->name + len, name) == 0)
			return r;
	}
	return NULL;
}

/* Can HEAD be pushed to what THERE names, or to a branch that is not there? */
static bool is_forward(const struct submit *s, const struct remote_ref *there)
{
	return !there ||
	       (repo_has(s->crate.repo, &there->oid) &&
		worktree_contains(s->crate.repo, &s->head, &there->oid));
}

static int not_pushed_detached(struct submit *s)
{
	(void)err_set(s->err, ERR_REFUSED,
		      "commit %.7s is on no branch, and not pushed",
		      s->out->commit);
	if (is_forward(s, find_ref(s, branches, "main")))
		return err_hint(s->err, "git push origin HEAD:refs/heads/main");
	return err_hint(s->err, "git push origin HEAD:refs/heads/%s-%s",
			artifact_id(s->crate.dot->artifact), s->crate.version);
}

static int not_pushed(struct submit *s)
{
	const struct remote_ref *there = find_ref(s, branches, s->branch);

	if (there && !repo_has(s->crate.repo, &there->oid)) {
		(void)err_set(s->err, ERR_REFUSED,
			      "branch '%s' of '%s' has commits that are not "
			      "here, so nobody can tell whether commit %.7s is "
			      "pushed",
			      s->branch, s->out->url, s->out->commit);
		return err_hint(s->err, "git fetch origin %s, and submit again",
				s->branch);
	}
	(void)err_set(s->err, ERR_REFUSED, "commit %.7s is not pushed",
		      s->out->commit);
	if (is_forward(s, there))
		return err_hint(s->err, "git push origin %s", s->branch);
	return err_hint(s->err,
			"git pull --rebase origin %s && git push origin %s",
			s->branch, s->branch);
}

/* Some branch there has the commit: everybody can see it. */
static int check_pushed(struct submit *s)
{
	for (size_t i = 0; i < s->refs.count; i++) {
		const struct remote_ref *r = &s->refs.items[i];

		if (strncmp(r->name, branches, sizeof(branches) - 1) == 0 &&
		    worktree_contains(s->crate.repo, &r->oid, &s->head))
			return 0;
	}
	return s->branch[0] ? not_pushed(s) : not_pushed_detached(s);
}

/* ---- the tag */

/* The submission of this artifact with the highest version, but for its own. */
static const struct remote_ref *highest_other(const struct submit *s,
					      struct semver *version)
{
	const struct remote_ref *best = NULL;

	for (size_t i = 0; i < s->refs.count; i++) {
		const struct remote_ref *r = &s->refs.items[i];
		struct err ignored = { 0 };
		const char *text;
		enum artifact a;
		struct semver v;

		if (!artifact_tag_parse(r->name, &a, &text) ||
		    a != s->crate.dot->artifact ||
		    strcmp(r->name + sizeof(tags) - 1, s->out->tag) == 0 ||
		    semver_parse(text, &v, &ignored) < 0)
			continue;
		if (!best || semver_compare(&v, version) > 0) {
			best = r;
			*version = v;
		}
	}
	return best;
}

/* A version that is free: one more than all that are there. */
static int hint_next_version(struct submit *s)
{
	struct semver top = { 0 }, other = { 0 };
	struct err ignored = { 0 };

	(void)semver_parse(s->crate.version, &top, &ignored);
	if (highest_other(s, &other) && semver_compare(&other, &top) > 0)
		top = other;
	if (top.pre[0] || top.patch == UINT64_MAX)
		return err_hint(s->err, "raise version in Cargo.toml, commit, "
					"push, and submit again");
	return err_hint(s->err,
			"raise version in Cargo.toml to %llu.%llu.%llu, "
			"commit, push, and submit again",
			(unsigned long long)top.major,
			(unsigned long long)top.minor,
			(unsigned long long)top.patch + 1);
}

static int hint_drop_tag(struct submit *s)
{
	return err_hint(s->err, "git tag -d %s, and submit again", s->out->tag);
}

static int is_elsewhere(struct submit *s, const struct oid *by,
			const char *where)
{
	char hex[OID_HEX];

	oid_hex(by, hex);
	return err_set(s->err, ERR_REFUSED,
		       "%s is commit %.7s %s, and this is %.7s", s->out->tag,
		       hex, where, s->out->commit);
}

/* A tag that is just called artifact_01 leaves no room for those below it. */
static int check_room(struct submit *s)
{
	const char *id = artifact_id(s->crate.dot->artifact);
	struct err none = { 0 };
	char ref[64];
	struct oid oid;
	bool there = find_ref(s, tags, id) != NULL;

	snprintf(ref, sizeof(ref), "%s%s", tags, id);
	if (!there && repo_ref_read(s->crate.repo, ref, &oid, &none) < 0)
		return 0;
	(void)err_set(s->err, ERR_REFUSED,
		      "tag '%s' %s leaves no room for tag '%s'", id,
		      there ? "there" : "here", s->out->tag);
	if (there)
		return err_hint(s->err, "git push origin :refs/tags/%s", id);
	return err_hint(s->err, "git tag -d %s", id);
}

/* The tag here, because an earlier run was killed, or somebody made it. */
static int check_own_tag(struct submit *s)
{
	AUTO(receipt_freep) struct receipt *receipt = NULL;
	struct err none = { 0 };
	struct oid commit;

	if (repo_peel_commit(s->crate.repo, &s->tag, &commit, &none) == 0 &&
	    !oid_equal(&commit, &s->head)) {
		(void)is_elsewhere(s, &commit, "here");
		return hint_drop_tag(s);
	}
	s->has_tag = true;
	if (submit_receipt(s, &receipt) < 0)
		return s->err->code == ERR_REFUSED ? hint_drop_tag(s)
						   : s->err->code;
	return 0;
}

/* The tag there: submitted before, or by hand. */
static int check_their_tag(struct submit *s, const struct remote_ref *there)
{
	const struct oid *commit =
		oid_is_zero(&there->peeled) ? &there->oid : &there->peeled;
	AUTO(receipt_freep) struct receipt *receipt = NULL;

	if (!oid_equal(commit, &s->head)) {
		(void)is_elsewhere(s, commit, "there");
		return hint_next_version(s);
	}
	s->tag = there->oid;
	s->is_out = true;
	s->has_tag = repo_has(s->crate.repo, &s->tag);
	if (!s->has_tag && remote_fetch(s->remote, s->crate.repo, &s->tag, 1,
					NULL, s->err) < 0)
		return err_context(s->err, "remote 'origin'");
	s->has_tag = true;
	if (submit_receipt(s, &receipt) < 0)
		return s->err->code == ERR_REFUSED ? hint_next_version(s)
						   : s->err->code;
	return 0;
}

static int check_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf ref = { 0 };
	const struct remote_ref *there = find_ref(s, tags, s->out->tag);
	const struct remote_ref *previous;
	struct semver version;

	strbuf_addf(&ref, "%s%s", tags, s->out->tag);
	if (strbuf_check(&ref, s->err) < 0 || check_room(s) < 0)
		return s->err->code;
	previous = highest_other(s, &version);
	if (previous)
		s->previous = previous->oid;
	if (repo_ref_read(s->crate.repo, strbuf_str(&ref), &s->tag, s->err) ==
	    0)
		s->has_ref = true;
	else if (s->err->code == ERR_NOT_FOUND)
		err_clear(s->err);
	else
		return s->err->code;
	if (there)
		return check_their_tag(s, there);
	return s->has_ref ? check_own_tag(s) : 0;
}

/* ---- all of it */

int submit_connect(struct submit *s)
{
	remote_free(s->remote);
	s->remote = NULL;
	if (!s->remotes &&
	    remotes_new(schemes, ARRAY_LEN(schemes), &s->remotes, s->err) < 0)
		return s->err->code;
	if (remote_open(s->remotes, s->address, &limits, &s->remote, s->err) <
	    0)
		return err_context(s->err, "remote 'origin'");
	return 0;
}

/* What branches and submissions the repository has. */
static int ask(struct submit *s)
{
	static const char *const prefixes[] = { "refs/heads/",
						"refs/tags/artifact_" };

	if (submit_connect(s) < 0)
		return s->err->code;
	if (remote_ls(s->remote, prefixes, ARRAY_LEN(prefixes), &s->refs,
		      s->err) == 0)
		return 0;
	(void)err_context(s->err, "remote 'origin'");
	if (s->err->code == ERR_NOT_FOUND)
		return err_hint(s->err, "git remote set-url origin URL");
	if (s->err->code == ERR_NET && !s->err->hint[0])
		return err_hint(s->err, "git ls-remote origin, and submit "
					"again");
	return s->err->code;
}

int submit_check_here(struct submit *s, const char *dir)
{
	if (crate_dir_open(dir, &s->crate, s->err) < 0 || check_names(s) < 0)
		return s->err->code;
	return check_repository(s);
}

int submit_check_there(struct submit *s)
{
	if (ask(s) < 0 || check_pushed(s) < 0)
		return s->err->code;
	return check_tag(s);
}
