#include "io/remote.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/git_internal.h"
#include "io/git_wire.h"
#include "io/remote_internal.h"

/* ---- what a run shares */

int remotes_new(const char *const *schemes, size_t count, struct remotes **out,
		struct err *err)
{
	struct remotes *all = calloc(1, sizeof(*all));

	if (!all)
		return err_nomem(err);
	pthread_mutex_init(&all->lock, NULL);
	pthread_mutex_init(&all->asking, NULL);
	all->schemes = schemes;
	all->scheme_count = count;
	if (http_new(&all->http, err) < 0) {
		remotes_free(all);
		return err->code;
	}
	*out = all;
	return 0;
}

void remotes_free(struct remotes *all)
{
	if (!all)
		return;
	while (all->hosts) {
		struct remote_host *h = all->hosts;

		all->hosts = h->next;
		credential_release(&h->credential);
		free(h);
	}
	http_free(all->http);
	free(all->ssh);
	pthread_mutex_destroy(&all->lock);
	pthread_mutex_destroy(&all->asking);
	free(all);
}

unsigned remotes_connections(const struct remotes *all)
{
	return http_connections(all->http);
}

struct remote_host *remote_host(struct remotes *all, const char *name)
{
	struct remote_host *h;

	pthread_mutex_lock(&all->lock);
	for (h = all->hosts; h && strcmp(h->name, name) != 0;)
		h = h->next;
	if (!h && strlen(name) < sizeof(h->name))
		h = calloc(1, sizeof(*h));
	if (h && !h->name[0]) {
		memcpy(h->name, name, strlen(name) + 1);
		h->next = all->hosts;
		all->hosts = h;
	}
	pthread_mutex_unlock(&all->lock);
	return h;
}

/* ---- URLs */

static bool is_listed(const char *const *schemes, size_t count,
		      enum git_scheme scheme)
{
	const char *name = git_scheme_name(scheme);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(schemes[i], name) == 0)
			return true;
	}
	return false;
}

bool remotes_allow(const struct remotes *all, enum git_scheme scheme)
{
	return is_listed(all->schemes, all->scheme_count, scheme);
}

static int parse_allowed(const char *url, const char *const *schemes,
			 size_t count, struct git_url *out, struct err *err)
{
	struct git_url u;

	if (git_url_parse(url, &u, err) < 0)
		return err->code;
	if (!is_listed(schemes, count, u.scheme)) {
		char shown[GIT_URL_SHOWN];

		git_url_show(url, shown);
		(void)err_set(err, ERR_UNSAFE,
			      "refused URL '%s': scheme '%s' is not allowed",
			      shown, git_scheme_name(u.scheme));
		return err_hint(err, "see 'url_schemes' in config/cohort.yaml");
	}
	*out = u;
	return 0;
}

int remote_url_check(const char *url, const char *const *schemes, size_t count,
		     struct err *err)
{
	struct git_url u;

	return parse_allowed(url, schemes, count, &u, err);
}

void remote_url_host(const char *url, char out[REMOTE_HOST_SIZE])
{
	struct err ignored = { 0 }; /* whoever opens it hears of it */
	struct git_url u;

	out[0] = '\0';
	if (git_url_parse(url, &u, &ignored) < 0 ||
	    git_host_is_loopback(u.host))
		return;
	memcpy(out, u.host, strlen(u.host) + 1);
}

/* ---- one conversation */

static const struct remote_ops *ops_of(enum git_scheme scheme)
{
	switch (scheme) {
	case GIT_SSH:
		return &remote_ssh_ops;
	case GIT_FILE:
		return &remote_file_ops;
	default:
		return &remote_http_ops;
	}
}

int remote_open(struct remotes *all, const char *url,
		const struct remote_limits *limits, struct remote **out,
		struct err *err)
{
	struct git_url u;
	struct remote *r;

	if (git_setup(err) < 0 ||
	    parse_allowed(url, all->schemes, all->scheme_count, &u, err) < 0)
		return err->code;
	r = calloc(1, sizeof(*r));
	if (!r)
		return err_nomem(err);
	r->all = all;
	r->url = u;
	r->ops = ops_of(u.scheme);
	r->limits = *limits;
	if (limits->timeout_s)
		r->deadline_ms = clock_monotonic_ms() +
				 (int64_t)limits->timeout_s * 1000;
	*out = r;
	return 0;
}

void remote_free(struct remote *r)
{
	if (!r)
		return;
	if (r->state)
		r->ops->close(r);
	free(r);
}

int remote_ls(struct remote *r, const char *const *prefixes, size_t count,
	      struct remote_refs *out, struct err *err)
{
	return r->ops->ls(r, prefixes, count, out, err);
}

/* ---- fetching: what is wanted, and what is here already */

struct oids {
	struct oid *items;
	size_t count;
	size_t cap;
};

static void oids_release(struct oids *o)
{
	free(o->items);
}
AUTO_RELEASE(struct oids, oids_release)

static int oids_add(struct oids *o, const struct oid *oid, struct err *err)
{
	struct oid *grown =
		vec_grow(o->items, &o->cap, o->count + 1, sizeof(*grown));

	if (!grown)
		return err_nomem(err);
	o->items = grown;
	grown[o->count++] = *oid;
	return 0;
}

static bool oids_have(const struct oids *o, const struct oid *oid)
{
	for (size_t i = 0; i < o->count; i++) {
		if (oid_equal(&o->items[i], oid))
			return true;
	}
	return false;
}

/* What our refs say: the objects they name, and the commits behind those. */
struct tips {
	struct repo *repo;
	struct map named; /* the wanted ones among them; keys are WANTS' */
	const struct oid *wants;
	size_t count;
	struct oids commits;
	struct err *err;
};

static void tips_release(struct tips *t)
{
	map_release(&t->named);
	oids_release(&t->commits);
}
AUTO_RELEASE(struct tips, tips_release)

static int add_tip(void *ctx, const char *ref, const struct oid *oid)
{
	struct tips *t = ctx;
	struct err none = { 0 };
	struct oid commit;

	(void)ref;
	for (size_t i = 0; i < t->count; i++) {
		if (oid_equal(&t->wants[i], oid) &&
		    map_put_n(&t->named, (const char *)t->wants[i].id,
			      sizeof(oid->id), t) < 0)
			return err_nomem(t->err);
	}
	if (t->commits.count == WIRE_HAVES_MAX ||
	    repo_peel_commit(t->repo, oid, &commit, &none) < 0 ||
	    oids_have(&t->commits, &commit))
		return 0;
	return oids_add(&t->commits, &commit, t->err);
}

/*
 * The wanted objects that no ref of ours names.  One that is here all the same
 * came with a fetch that was killed, and may be alone.
 */
static int find_missing(const struct tips *t, struct oids *out, struct err *err)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!map_get_n(&t->named, (const char *)t->wants[i].id,
			       sizeof(t->wants[i].id)) &&
		    !oids_have(out, &t->wants[i]) &&
		    oids_add(out, &t->wants[i], err) < 0)
			return err->code;
	}
	return 0;
}

int remote_fetch(struct remote *r, struct repo *repo, const struct oid *wants,
		 size_t count, uint64_t *received, struct err *err)
{
	AUTO(oids_releasep) struct oids missing = { 0 };
	AUTO(tips_releasep)
	struct tips tips = {
		.repo = repo, .wants = wants, .count = count, .err = err
	};
	uint64_t bytes = 0;

	if (repo_ref_each(repo, "refs/", add_tip, &tips, err) < 0 ||
	    find_missing(&tips, &missing, err) < 0)
		return err->code;
	if (missing.count > 0 &&
	    r->ops->fetch(r, repo, missing.items, missing.count,
			  tips.commits.items, tips.commits.count, &bytes,
			  err) < 0)
		return err->code;
	if (received)
		*received = bytes;
	return 0;
}

/* ---- pushing */

int remote_push(struct remote *r, struct repo *repo,
		const char *const *refspecs, size_t count, struct err *err)
{
	return r->ops->push(r, repo, refspecs, count, err);
}
