#include "registry/registry_internal.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/path.h"
#include "model/cohort.h"

struct registry {
	void *self;
	const struct registry_kind_ops *ops;
};

int registry_open(const struct registry_config *config, const char *root,
		  struct registry **out, struct err *err)
{
	struct registry *r;
	char *path;

	if (config->kind != REGISTRY_DISK || !config->path) {
		(void)err_set(err, ERR_USAGE,
			      "registry '%s' is on the web, and only "
			      "directories can be published to",
			      config->name);
		return err_hint(err, "cohort publish --registry local");
	}
	r = calloc(1, sizeof(*r));
	path = config->path[0] == '/' ? path_joined("/", config->path + 1)
				      : path_joined(root, config->path);
	if (!r || !path)
		(void)err_nomem(err);
	else if (disk_registry_open(path, &r->self, &r->ops, err) == 0)
		*out = r;
	free(path);
	if (err->code)
		free(r);
	return (int)err->code;
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	r->ops->free(r->self);
	free(r);
}

int registry_look(struct registry *r, const struct registry_crate *crate,
		  enum registry_state *out, struct err *err)
{
	return r->ops->look(r->self, crate, out, err);
}

int registry_publish(struct registry *r, const struct registry_crate *crate,
		     struct err *err)
{
	return r->ops->publish(r->self, crate, err);
}

int registry_finish(struct registry *r, const char *message, struct err *err)
{
	return r->ops->finish(r->self, message, err);
}

const char *registry_location(const struct registry *r)
{
	return r->ops->location(r->self);
}
