#include "course/submit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/semver.h"
#include "course/clockface.h"
#include "course/crate_dir.h"
#include "io/file.h"
#include "io/remote.h"
#include "io/worktree.h"

enum {
	TIMEOUT_S = 60,
	SILENCE_S = 20,
	REFS_MAX = 200000
};

static const char *const schemes[] = { "https", "ssh", "http", "file" };

static const struct remote_limits limits = { .max_refs = REFS_MAX,
					     .timeout_s = TIMEOUT_S,
					     .low_speed_s = SILENCE_S,
					     .credentials = true };

struct submit {
	struct crate_dir crate;
	struct oid head;
	char branch[WORKTREE_BRANCH_SIZE];
	struct remotes *remotes;
	struct remote *remote;
	struct remote_refs refs; /* what the repository has */
	struct oid tag;		 /* the tag object, once there is one */
	bool has_tag;		 /* here */
	bool is_out;		 /* the same tag is there already */
	struct submission_made *out;
	struct err *err;
};

static void submit_release(struct submit *s)
{
	crate_dir_release(&s->crate);
	remote_refs_release(&s->refs);
	remote_free(s->remote);
	remotes_free(s->remotes);
}
AUTO_RELEASE(struct submit, submit_release)

/* ---- what must hold before anything is said to the repository */

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
	if (!artifact_tag_format(c->dot->artifact, c->version, s->out->tag))
		return err_set(s->err, ERR_FORMAT, "version '%s' is too long",
			       c->version);
	return 0;
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
	if (dirt.only_untracked)
		return err_hint(s->err, "git add . && git commit, or name "
					"them in .gitignore");
	return err_hint(s->err, "git commit -a");
}

static int check_repository(struct submit *s)
{
	struct err *err = s->err;

	if (!s->crate.repo || !s->crate.folder) {
		(void)err_set(err, ERR_REFUSED,
			      "'%s' is not in a git repository", s->crate.dir);
		return err_hint(err,
				"git init && git add . && git commit -m "
				"'Begin %s'",
				s->crate.name);
	}
	if (worktree_head(s->crate.repo, &s->head, s->branch, err) < 0) {
		if (err->code == ERR_NOT_FOUND)
			return err_hint(err,
					"git add . && git commit -m "
					"'Begin %s'",
					s->crate.name);
		return err->code;
	}
	oid_hex(&s->head, s->out->commit);
	if (worktree_remote_url(s->crate.repo, "origin", &s->out->url, err) <
	    0) {
		if (err->code == ERR_NOT_FOUND)
			return err_hint(err, "git remote add origin URL");
		return err->code;
	}
	if (remote_url_check(s->out->url, schemes, ARRAY_LEN(schemes), err) < 0)
		return err_context(err, "remote 'origin'");
	return check_committed(s);
}

/* ---- what the repository has */

static const struct remote_ref *find_ref(const struct submit *s,
					 const char *name)
{
	for (size_t i = 0; i < s->refs.count; i++) {
		if (strcmp(s->refs.items[i].name, name) == 0)
			return &s->refs.items[i];
	}
	return NULL;
}

/* Some branch there has the commit: everybody can see it. */
static int check_pushed(struct submit *s)
{
	for (size_t i = 0; i < s->refs.count; i++) {
		const struct remote_ref *r = &s->refs.items[i];

		if (strncmp(r->name, "refs/heads/", 11) == 0 &&
		    worktree_contains(s->crate.repo, &r->oid, &s->head))
			return 0;
	}
	(void)err_set(s->err, ERR_REFUSED, "commit %.7s is not pushed",
		      s->out->commit);
	if (s->branch[0])
		return err_hint(s->err, "git push origin %s", s->branch);
	return err_hint(s->err, "git push origin HEAD:main");
}

static int version_is_taken(struct submit *s, const struct oid *by,
			    const char *where)
{
	struct semver v = { 0 };
	struct err ignored = { 0 };
	char hex[OID_HEX];

	oid_hex(by, hex);
	(void)err_set(s->err, ERR_REFUSED,
		      "%s is commit %.7s %s, and this is %.7s", s->out->tag,
		      hex, where, s->out->commit);
	if (semver_parse(s->crate.version, &v, &ignored) < 0)
		return s->err->code;
	return err_hint(s->err,
			"raise version in Cargo.toml to %llu.%llu.%llu, "
			"commit, push, and submit again",
			(unsigned long long)v.major,
			(unsigned long long)v.minor,
			(unsigned long long)v.patch + 1);
}

/* The tag may be there, or here because an earlier run was killed. */
static int check_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf ref = { 0 };
	const struct remote_ref *there;
	struct oid commit;

	strbuf_addf(&ref, "refs/tags/%s", s->out->tag);
	if (strbuf_check(&ref, s->err) < 0)
		return s->err->code;
	there = find_ref(s, strbuf_str(&ref));
	if (there) {
		const struct oid *is = oid_is_zero(&there->peeled)
					       ? &there->oid
					       : &there->peeled;

		if (!oid_equal(is, &s->head))
			return version_is_taken(s, is, "there");
		s->tag = there->oid;
		s->is_out = true;
	}
	if (repo_ref_read(s->crate.repo, strbuf_str(&ref), &s->tag, s->err) <
	    0) {
		if (s->err->code == ERR_NOT_FOUND)
			err_clear(s->err);
		return s->err->code;
	}
	if (repo_peel_commit(s->crate.repo, &s->tag, &commit, s->err) < 0)
		return s->err->code;
	if (!oid_equal(&commit, &s->head))
		return version_is_taken(s, &commit, "here");
	s->has_tag = !there || oid_equal(&there->oid, &s->tag);
	if (there)
		s->tag = there->oid;
	return 0;
}

/* ---- the tag */

static int make_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf message = { 0 };
	const struct dotcohort *dot = s->crate.dot;
	struct repo_person who = { .when = clock_now() };
	char *name = NULL, *email = NULL;

	if (receipt_message(dot->cohort, dot->handle, dot->artifact, dot->crate,
			    s->crate.version, &message, s->err) < 0 ||
	    worktree_committer(s->crate.repo, &s->head, &name, &email, s->err) <
		    0)
		return s->err->code;
	who.name = name;
	who.email = email;
	(void)repo_tag_create(s->crate.repo, s->out->tag, &s->head, &who,
			      strbuf_str(&message), &s->tag, s->err);
	free(name);
	free(email);
	return s->err->code;
}

static int push_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf spec = { 0 };
	const char *specs[1];

	strbuf_addf(&spec, "refs/tags/%s:refs/tags/%s", s->out->tag,
		    s->out->tag);
	if (strbuf_check(&spec, s->err) < 0)
		return s->err->code;
	specs[0] = strbuf_str(&spec);
	return remote_push(s->remote, s->crate.repo, specs, 1, s->err);
}

/* The tag that was pushed from elsewhere, into this repository. */
static int fetch_tag(struct submit *s)
{
	return remote_fetch(s->remote, s->crate.repo, &s->tag, 1, NULL, s->err);
}

static int settle_tag(struct submit *s)
{
	s->out->again = s->is_out;
	if (s->is_out)
		return s->has_tag ? 0 : fetch_tag(s);
	if (!s->has_tag && make_tag(s) < 0)
		return s->err->code;
	return push_tag(s);
}

/* ---- the receipt */

static int not_our_tag(struct submit *s)
{
	err_clear(s->err);
	(void)err_set(s->err, ERR_REFUSED,
		      "%s is there, but 'cohort submit' did not make it",
		      s->out->tag);
	return err_hint(s->err, "raise the version, commit, push, and submit "
				"again");
}

static int make_receipt(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf object = { 0 };
	char hex[OID_HEX];

	oid_hex(&s->tag, hex);
	if (worktree_object(s->crate.repo, &s->tag, RECEIPT_OBJECT_MAX, &object,
			    s->err) < 0)
		return s->err->code;
	if (receipt_from_tag(strbuf_str(&object), object.len, hex,
			     &s->out->receipt, s->err) < 0)
		return s->err->code == ERR_FORMAT ? not_our_tag(s)
						  : s->err->code;
	return 0;
}

/* Kept in git's own folder, where no commit takes it along. */
static int write_receipt(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	strbuf_addf(&path, "%scohort/receipts", repo_git_dir(s->crate.repo));
	if (strbuf_check(&path, s->err) < 0 ||
	    file_make_dirs(strbuf_str(&path), s->err) < 0)
		return s->err->code;
	strbuf_addf(&path, "/%s-%s.json", s->crate.name, s->crate.version);
	if (strbuf_check(&path, s->err) < 0 ||
	    receipt_write(s->out->receipt, &text, s->err) < 0 ||
	    file_write(strbuf_str(&path), strbuf_str(&text), text.len, 0644,
		       s->err) < 0)
		return s->err->code;
	s->out->receipt_path = strbuf_take(&path);
	return s->out->receipt_path ? 0 : err_nomem(s->err);
}

/* ---- when it was due, for a kind word */

/* "2027-02-07 23:59 America/Los_Angeles", as the invitation says it. */
static bool parse_due(const char *due, struct civil *out, const char **zone)
{
	struct civil c = { 0 }, clock = { 0 };
	char date[11];

	snprintf(date, sizeof(date), "%.10s", due);
	if (strlen(due) < 18 || !civil_parse_date(date, &c) ||
	    sscanf(due + 10, " %2d:%2d", &clock.hour, &clock.minute) != 2)
		return false;
	c.hour = clock.hour;
	c.minute = clock.minute;
	c.second = 59;
	*out = c;
	*zone = due + 17;
	return true;
}

static void read_due(struct submit *s)
{
	AUTO(zone_freep) struct zone *zone = NULL;
	struct err ignored = { 0 };
	const char *name;
	struct civil c;
	int64_t at[2];

	if (!parse_due(s->crate.dot->due, &c, &name) ||
	    clockface_zone(name, &zone, &ignored) < 0 ||
	    zone_instants(zone, &c, at) == 0)
		return;
	snprintf(s->out->zone, sizeof(s->out->zone), "%s", zone_name(zone));
	s->out->due = at[0];
	s->out->has_due = true;
}

/* ---- */

/* What branches and submissions the repository has. */
static int ask(struct submit *s)
{
	static const char *const prefixes[] = { "refs/heads/",
						"refs/tags/artifact_" };

	if (remotes_new(schemes, ARRAY_LEN(schemes), &s->remotes, s->err) < 0 ||
	    remote_open(s->remotes, s->out->url, &limits, &s->remote, s->err) <
		    0)
		return s->err->code;
	return remote_ls(s->remote, prefixes, ARRAY_LEN(prefixes), &s->refs,
			 s->err);
}

static int prepare(struct submit *s, const char *dir)
{
	if (crate_dir_open(dir, &s->crate, s->err) < 0 || check_names(s) < 0 ||
	    check_repository(s) < 0)
		return s->err->code;
	read_due(s);
	if (ask(s) < 0)
		return err_context(s->err, "%s", s->out->url);
	if (check_pushed(s) < 0)
		return s->err->code;
	return check_tag(s);
}

int submit_crate(const char *dir, unsigned flags, const struct progress *p,
		 struct submission_made *out, struct err *err)
{
	AUTO(submit_releasep) struct submit s = { .out = out, .err = err };

	(void)p;
	if (prepare(&s, dir) < 0)
		return err->code;
	if (flags & SUBMIT_DRY_RUN)
		return 0;
	if (settle_tag(&s) < 0)
		return err_context(err, "%s", s.out->tag);
	if (make_receipt(&s) < 0)
		return err->code;
	return write_receipt(&s);
}

void submission_made_release(struct submission_made *s)
{
	if (!s)
		return;
	receipt_free(s->receipt);
	free(s->receipt_path);
	free(s->url);
	gate_report_release(&s->report);
	*s = (struct submission_made){ 0 };
}
