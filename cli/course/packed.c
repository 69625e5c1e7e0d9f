#include "course/packed.h"

#include "base/err.h"
#include "base/finding.h"
#include "crate/package/inspect.h"
#include "io/archive.h"
#include "io/file.h"

static int feed(void *ctx, const void *bytes, size_t len, struct err *err)
{
	int rc = package_inspect_feed(ctx, bytes, len, err);

	if (rc > 0)
		return err_set(err, ERR_FORMAT, "it is not what was packed");
	return rc;
}

static int read_listing(const char *path, struct packed *p, struct err *err)
{
	static const struct package_spec spec = { 0 };
	AUTO(file_map_releasep) struct file_map map = { 0 };
	AUTO(findings_releasep) struct findings findings = { 0 };
	AUTO(package_inspect_freep) struct package_inspect *in = NULL;

	if (file_map_open(path, &map, err) < 0 ||
	    package_inspect_new(&spec, &findings, &in, err) < 0 ||
	    archive_gunzip(map.data, map.len, PACKAGE_UNPACKED_MAX, feed, in,
			   err) < 0)
		return err->code;
	return package_inspect_end(in, &p->listing, err);
}

int packed_read(const char *path, struct packed *out, struct err *err)
{
	AUTO(packed_releasep) struct packed p = { 0 };
	const struct package_text *text;

	if (read_listing(path, &p, err) < 0)
		return err_context(err, "%s", path);
	text = package_listing_manifest(&p.listing);
	if (!text)
		return err_set(err, ERR_FORMAT, "%s: there is no Cargo.toml",
			       path);
	if (manifest_read(text->bytes, text->len, "Cargo.toml", &p.arena,
			  &p.manifest, err) < 0)
		return err_context(err, "%s", path);
	*out = p;
	p = (struct packed){ 0 };
	return 0;
}

void packed_release(struct packed *p)
{
	if (!p)
		return;
	package_listing_release(&p->listing);
	arena_release(&p->arena);
	*p = (struct packed){ 0 };
}
