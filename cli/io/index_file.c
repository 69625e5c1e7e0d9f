#include "io/index_file.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/err.h"
#include "io/library.h"

enum {
	HEADER_SIZE = 12,
	ENTRY_FIXED = 62, /* stat, name of the blob, flags */
	OID_SIZE = 20,
	MODE_AT = 24,
	OID_AT = 40,
	FLAGS_AT = 60,
	FLAG_EXTENDED = 0x4000, /* two more bytes of flags */
	FLAG_NAME_MASK = 0x0fff,
	MODE_FILE = 0100644,
	MODE_EXECUTABLE = 0100755,
	MODE_LINK = 0120000,
	PATH_SIZE_MAX = 1 << 16,
	INDEX_SIZE_MAX = 1 << 30
};

struct reader {
	const unsigned char *at;
	const unsigned char *end; /* of entries and extensions */
	uint32_t version;
	struct strbuf path; /* of the present entry */
	const unsigned char *fixed;
	size_t fixed_len;
	struct err *err;
};

struct writer {
	struct strbuf *out;
	const struct index_edit *edit;
	const struct index_edit *edit_end;
	uint32_t count;
	bool extended; /* some entry needs version 3 */
};

static uint32_t get_be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void put_be32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)(v >> 24);
	p[1] = (unsigned char)(v >> 16);
	p[2] = (unsigned char)(v >> 8);
	p[3] = (unsigned char)v;
}

static int damaged(struct reader *r)
{
	return err_set(r->err, ERR_FORMAT, "git's index is damaged");
}

/* Version 4: how many bytes of the path before go; git's offset encoding. */
static int read_strip(struct reader *r, size_t *out)
{
	size_t value;
	unsigned char c;

	if (r->at == r->end)
		return damaged(r);
	c = *r->at++;
	value = c & 0x7f;
	while (c & 0x80) {
		if (r->at == r->end || value > PATH_SIZE_MAX)
			return damaged(r);
		c = *r->at++;
		value = (value + 1) << 7 | (c & 0x7f);
	}
	*out = value;
	return 0;
}

static int read_path(struct reader *r)
{
	const unsigned char *start;
	const unsigned char *nul;
	size_t strip = r->path.len;
	size_t used;

	if (r->version == 4 && read_strip(r, &strip) < 0)
		return (int)r->err->code;
	if (strip > r->path.len)
		return damaged(r);
	start = r->at;
	nul = memchr(start, '\0', (size_t)(r->end - start));
	if (!nul)
		return damaged(r);
	strbuf_truncate(&r->path, r->path.len - strip);
	strbuf_add(&r->path, start, (size_t)(nul - start));
	r->at = nul + 1;
	if (r->version == 4)
		return strbuf_check(&r->path, r->err);
	/* padded with 1 to 8 NULs to a multiple of eight */
	used = (r->fixed_len + (size_t)(nul - start) + 8) / 8 * 8;
	if ((size_t)(r->end - r->fixed) < used)
		return damaged(r);
	r->at = r->fixed + used;
	return strbuf_check(&r->path, r->err);
}

static int read_entry(struct reader *r)
{
	unsigned flags;

	if (r->end - r->at < ENTRY_FIXED)
		return damaged(r);
	r->fixed = r->at;
	r->fixed_len = ENTRY_FIXED;
	flags = (unsigned)r->at[FLAGS_AT] << 8 | r->at[FLAGS_AT + 1];
	if (flags & FLAG_EXTENDED)
		r->fixed_len += 2;
	if (r->version == 2 && flags & FLAG_EXTENDED)
		return damaged(r);
	if ((size_t)(r->end - r->at) < r->fixed_len)
		return damaged(r);
	r->at += r->fixed_len;
	return read_path(r);
}

/* An extension whose name begins with a small letter changes the meaning. */
static int check_extensions(struct reader *r)
{
	while (r->at < r->end) {
		size_t size;

		if (r->end - r->at < 8)
			return damaged(r);
		if (r->at[0] < 'A' || r->at[0] > 'Z')
			return err_set(r->err, ERR_FORMAT,
				       "git's index has an extension '%.4s'",
				       (const char *)r->at);
		size = get_be32(r->at + 4);
		if ((size_t)(r->end - r->at) - 8 < size)
			return damaged(r);
		r->at += 8 + size;
	}
	return 0;
}

static void write_entry(struct writer *w, const unsigned char *fixed,
			size_t fixed_len, const char *path, size_t path_len)
{
	static const char zeros[8];
	size_t used = fixed_len + path_len;
	unsigned char head[ENTRY_FIXED + 2];
	size_t name = path_len < FLAG_NAME_MASK ? path_len : FLAG_NAME_MASK;

	memcpy(head, fixed, fixed_len);
	head[FLAGS_AT] = (unsigned char)((head[FLAGS_AT] & 0xf0) | name >> 8);
	head[FLAGS_AT + 1] = (unsigned char)name;
	if (fixed_len > ENTRY_FIXED)
		w->extended = true;
	strbuf_add(w->out, head, fixed_len);
	strbuf_add(w->out, path, path_len);
	strbuf_add(w->out, zeros, 8 - used % 8);
	w->count++;
}

static uint32_t mode_of(const struct index_edit *e)
{
	if (e->link)
		return MODE_LINK;
	return e->executable ? MODE_EXECUTABLE : MODE_FILE;
}

static void write_edit(struct writer *w)
{
	const struct index_edit *e = w->edit++;
	const struct index_stat *s = &e->stat;
	const uint32_t words[] = { s->ctime_s,	s->ctime_ns, s->mtime_s,
				   s->mtime_ns, s->dev,	     s->ino,
				   mode_of(e),	s->uid,	     s->gid,
				   s->size };
	unsigned char fixed[ENTRY_FIXED] = { 0 };

	if (oid_is_zero(&e->oid))
		return;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		put_be32(fixed + 4 * i, words[i]);
	memcpy(fixed + OID_AT, e->oid.id, OID_SIZE);
	write_entry(w, fixed, sizeof(fixed), e->path, strlen(e->path));
}

/* An old entry passes unless an edit is about its path, in any stage. */
static void merge_entry(struct writer *w, const struct reader *r,
			const struct index_edit **last)
{
	const char *path = strbuf_str(&r->path);

	if (*last && strcmp((*last)->path, path) == 0)
		return;
	while (w->edit < w->edit_end) {
		int order = strcmp(w->edit->path, path);

		if (order > 0)
			break;
		*last = w->edit;
		write_edit(w);
		if (order == 0)
			return;
	}
	write_entry(w, r->fixed, r->fixed_len, path, r->path.len);
}

static int open_old(struct reader *r, const void *old, size_t len,
		    uint32_t *count)
{
	const unsigned char *bytes = old;

	*count = 0;
	if (len == 0)
		return 0;
	if (len < HEADER_SIZE + OID_SIZE || memcmp(bytes, "DIRC", 4) != 0)
		return damaged(r);
	r->version = get_be32(bytes + 4);
	if (r->version < 2 || r->version > 4)
		return err_set(r->err, ERR_FORMAT, "git's index has version %u",
			       r->version);
	*count = get_be32(bytes + 8);
	r->at = bytes + HEADER_SIZE;
	r->end = bytes + len - OID_SIZE;
	return 0;
}

static int seal(struct writer *w, size_t start, struct err *err)
{
	unsigned char *head;
	unsigned char sum[EVP_MAX_MD_SIZE];

	if (strbuf_check(w->out, err) < 0 ||
	    library_load(LIBRARY_CRYPTO, err) < 0)
		return (int)err->code;
	head = (unsigned char *)w->out->data + start;
	put_be32(head + 4, w->extended ? 3 : 2);
	put_be32(head + 8, w->count);
	if (EVP_Digest(head, w->out->len - start, sum, NULL, EVP_sha1(),
		       NULL) != 1)
		return err_nomem(err);
	strbuf_add(w->out, sum, OID_SIZE);
	return strbuf_check(w->out, err);
}

int index_file_edit(const void *old, size_t len, const struct index_edit *edits,
		    size_t count, struct strbuf *out, struct err *err)
{
	static const unsigned char header[HEADER_SIZE] = "DIRC";
	struct reader r = { .err = err };
	struct writer w = { .out = out,
			    .edit = edits,
			    .edit_end = count ? edits + count : edits };
	const struct index_edit *last = NULL;
	size_t start = out->len;
	uint32_t entries;
	int rc = open_old(&r, old, len, &entries);

	if (out->max < INDEX_SIZE_MAX)
		out->max = INDEX_SIZE_MAX;
	strbuf_init(&r.path, PATH_SIZE_MAX);
	strbuf_add(out, header, sizeof(header));
	for (uint32_t i = 0; rc == 0 && i < entries; i++) {
		rc = read_entry(&r);
		if (rc == 0)
			merge_entry(&w, &r, &last);
	}
	while (w.edit < w.edit_end)
		write_edit(&w);
	if (rc == 0)
		rc = check_extensions(&r);
	if (rc == 0)
		rc = seal(&w, start, err);
	strbuf_release(&r.path);
	return rc;
}
