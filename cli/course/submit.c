#include "course/submit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/progress.h"
#include "course/clockface.h"
#include "course/gating.h"
#include "course/submit_internal.h"
#include "io/file.h"

static void submit_release(struct submit *s)
{
	crate_dir_release(&s->crate);
	remote_refs_release(&s->refs);
	remote_free(s->remote);
	remotes_free(s->remotes);
	free(s->address);
	if (s->lock >= 0)
		close(s->lock);
}
AUTO_RELEASE(struct submit, submit_release)

/* ---- the gates */

/* The first gate that fails, and how many findings deny. */
static int refuse(struct submit *s, const struct gate_report *r)
{
	const char *gate = "";
	size_t denied = 0;

	for (size_t i = r->gate_count; i-- > 0;) {
		if (r->gates[i].verdict == VERDICT_FAIL)
			gate = r->gates[i].gate;
	}
	denied = findings_at_level(&r->findings, FINDING_DENY);
	(void)err_set(s->err, ERR_REFUSED,
		      "the crate does not pass gate '%s': %zu finding%s to "
		      "mend",
		      gate, denied, denied == 1 ? "" : "s");
	return err_hint(s->err,
			"mend and commit, see 'cohort check'; or submit "
			"it as it is: cohort submit --anyway");
}

static int run_gates(struct submit *s, unsigned flags, const struct progress *p)
{
	struct check_options o = { .artifact = ARTIFACT_ANY, .progress = p };
	struct check_result *r = &s->out->check;
	struct err *err = s->err;

	(void)check_folder(s->crate.dir, &o, r, err);
	if (err->code == ERR_NET) { /* what is here already may do */
		err_clear(err);
		o.offline = true;
		(void)check_folder(s->crate.dir, &o, r, err);
	}
	if (err->code == ERR_MISSING) {
		snprintf(s->out->unchecked, sizeof(s->out->unchecked), "%s",
			 err->msg);
		err_clear(err);
	}
	if (err->code)
		return err->code;
	if (r->count > 0 && r->items[0].report.verdict == VERDICT_FAIL &&
	    !(flags & SUBMIT_ANYWAY))
		return refuse(s, &r->items[0].report);
	return 0;
}

/* ---- one at a time */

static int own_path(struct submit *s, struct strbuf *out, const char *name)
{
	strbuf_addf(out, "%scohort", worktree_common_dir(s->crate.repo));
	if (strbuf_check(out, s->err) < 0 ||
	    file_make_dirs(strbuf_str(out), s->err) < 0)
		return s->err->code;
	strbuf_addf(out, "/%s", name);
	return strbuf_check(out, s->err);
}

/* Dies with us, however we die. */
static int take_lock(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	if (own_path(s, &path, "submit.lock") < 0)
		return s->err->code;
	s->lock = open(strbuf_str(&path),
		       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return err_errno(s->err, errno, "open", strbuf_str(&path));
	if (os_lock_try(s->lock) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return err_errno(s->err, errno, "lock", strbuf_str(&path));
	(void)err_set(s->err, ERR_LOCKED,
		      "another 'cohort submit' is at work in this repository");
	return err_hint(s->err, "wait for it, then run this again");
}

/* git's own lock on our tag, left by a run that was killed: we hold ours. */
static int drop_ref_lock(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	strbuf_addf(&path, "%srefs/tags/%s.lock",
		    worktree_common_dir(s->crate.repo), s->out->tag);
	if (strbuf_check(&path, s->err) < 0)
		return s->err->code;
	if (unlink(strbuf_str(&path)) < 0 && errno != ENOENT &&
	    errno != ENOTDIR)
		return err_errno(s->err, errno, "remove", strbuf_str(&path));
	return 0;
}

/* ---- the tag */

static int tag_message(struct submit *s, struct strbuf *out)
{
	const struct dotcohort *dot = s->crate.dot;
	char previous[OID_HEX] = "";
	struct receipt r = { .cohort = dot->cohort,
			     .handle = dot->handle,
			     .artifact = dot->artifact,
			     .crate = dot->crate,
			     .version = s->crate.version,
			     .previous = previous };

	if (!oid_is_zero(&s->previous))
		oid_hex(&s->previous, previous);
	return receipt_message(&r, out, s->err);
}

static int make_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf message = { 0 };
	struct repo_identity identity;
	struct repo_person who = { .name = identity.name,
				   .email = identity.email,
				   .when = clock_now() };

	if (tag_message(s, &message) < 0 ||
	    worktree_tagger(s->crate.repo, &s->head, &identity, s->err) < 0)
		return s->err->code;
	return repo_tag_create(s->crate.repo, s->out->tag, &s->head, &who,
			       strbuf_str(&message), &s->tag, s->err);
}

static int push_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf spec = { 0 };
	const char *specs[1];

	strbuf_addf(&spec, "refs/tags/%s:refs/tags/%s", s->out->tag,
		    s->out->tag);
	if (strbuf_check(&spec, s->err) < 0 || submit_connect(s) < 0)
		return s->err->code;
	specs[0] = strbuf_str(&spec);
	if (remote_push(s->remote, s->crate.repo, specs, 1, s->err) == 0)
		return 0;
	(void)err_context(s->err, "remote 'origin'");
	if (s->err->code == ERR_NET && !s->err->hint[0])
		return err_hint(s->err, "submit again: it goes on from here");
	return s->err->code;
}

/* One that was submitted elsewhere gets its name here too. */
static int name_tag(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf ref = { 0 };
	static const struct oid none;

	strbuf_addf(&ref, "refs/tags/%s", s->out->tag);
	if (strbuf_check(&ref, s->err) < 0)
		return s->err->code;
	return repo_ref_write(s->crate.repo, strbuf_str(&ref), &s->tag, &none,
			      NULL, s->err);
}

static int settle_tag(struct submit *s)
{
	if (drop_ref_lock(s) < 0)
		return s->err->code;
	if (s->is_out)
		return s->has_ref ? 0 : name_tag(s);
	if (!s->has_ref && make_tag(s) < 0)
		return s->err->code;
	return push_tag(s);
}

/* ---- the receipt */

/* It was made from this crate, as it is in this commit. */
static bool is_of(const struct receipt *r, const struct submit *s)
{
	const struct dotcohort *dot = s->crate.dot;

	return strcmp(r->cohort, dot->cohort) == 0 &&
	       strcmp(r->handle, dot->handle) == 0 &&
	       strcmp(r->crate, dot->crate) == 0 &&
	       strcmp(r->commit, s->out->commit) == 0 &&
	       strcmp(r->tag, s->out->tag) == 0;
}

int submit_receipt(struct submit *s, struct receipt **out)
{
	AUTO(strbuf_releasep) struct strbuf object = { 0 };
	AUTO(receipt_freep) struct receipt *r = NULL;
	char hex[OID_HEX];
	int rc;

	oid_hex(&s->tag, hex);
	rc = worktree_object(s->crate.repo, &s->tag, RECEIPT_OBJECT_MAX,
			     &object, s->err);
	if (rc == 0)
		rc = receipt_from_tag(strbuf_str(&object), object.len, hex, &r,
				      s->err);
	if (rc < 0 && rc != ERR_FORMAT && rc != ERR_LIMIT)
		return rc;
	if (rc < 0 || !is_of(r, s)) {
		err_clear(s->err);
		return err_set(s->err, ERR_REFUSED,
			       "%s is %s already, but 'cohort submit' did not "
			       "make it",
			       s->out->tag, s->is_out ? "there" : "here");
	}
	*out = r;
	r = NULL;
	return 0;
}

/* Kept in git's own folder, where no commit takes it along. */
static int write_receipt(struct submit *s)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (own_path(s, &path, "receipts") < 0 ||
	    file_make_dirs(strbuf_str(&path), s->err) < 0)
		return s->err->code;
	file_sweep(strbuf_str(&path)); /* we hold the lock */
	strbuf_addf(&path, "/%s-%s.json", s->crate.name, s->crate.version);
	if (strbuf_check(&path, s->err) < 0 ||
	    receipt_write(s->out->receipt, &text, s->err) < 0 ||
	    file_write(strbuf_str(&path), strbuf_str(&text), text.len, 0644,
		       s->err) < 0)
		return s->err->code;
	s->out->receipt_path = strbuf_take(&path);
	return s->out->receipt_path ? 0 : err_nomem(s->err);
}

/* ---- the due date */

static void read_due(struct submit *s)
{
	AUTO(zone_freep) struct zone *zone = NULL;
	struct err ignored = { 0 };
	const char *name;
	struct civil c;
	int64_t at[2];

	if (!dotcohort_due(s->crate.dot, &c, &name) ||
	    clockface_zone(name, &zone, &ignored) < 0 ||
	    zone_instants(zone, &c, at) == 0)
		return;
	snprintf(s->out->zone, sizeof(s->out->zone), "%s", zone_name(zone));
	s->out->due = at[0];
	s->out->has_due = true;
}

/* ---- all of it */

int submit_crate(const char *dir, unsigned flags, const struct progress *p,
		 struct submission_made *out, struct err *err)
{
	AUTO(submit_releasep)
	struct submit s = { .out = out, .err = err, .lock = -1 };

	if (submit_check_here(&s, dir) < 0)
		return err->code;
	read_due(&s);
	progress_step(p, 0, 3, "asking the repository");
	if ((!(flags & SUBMIT_DRY_RUN) && take_lock(&s) < 0) ||
	    submit_check_there(&s) < 0)
		return err->code;
	out->again = s.is_out;
	progress_step(p, 1, 3, "running the gates");
	if (!s.is_out && run_gates(&s, flags, p) < 0)
		return err->code;
	if (flags & SUBMIT_DRY_RUN)
		return 0;
	progress_step(p, 2, 3, "pushing the tag");
	if (settle_tag(&s) < 0 || submit_receipt(&s, &out->receipt) < 0)
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
	check_result_release(&s->check);
	*s = (struct submission_made){ 0 };
}
