/* Many objects at once: one pack instead of a file each. */
#include <openssl/evp.h>
#include <stdio.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/err.h"
#include "base/map.h"
#include "io/git_commit.h"
#include "io/git_internal.h"
#include "io/library.h"

/*
 * A pack is "PACK", a version, a count, and of each object a header and its
 * zlib stream, then the SHA-1 of all that (git's Documentation,
 * gitformat-pack).  No deltas here.  git_indexer writes the file, checks each
 * object and makes the index beside it.
 */
struct packer {
	struct repo *repo;
	git_indexer *indexer;
	git_indexer_progress stats;
	EVP_MD_CTX *sha1;
	struct strbuf chunk;
	struct err *err;
};

enum {
	PACK_VERSION = 2,
	PACK_BLOB = 3,
	CHUNK_SIZE = 1 << 20
};

static int pack_failed(struct packer *p, int rc)
{
	return git_failed(rc, "write a pack into", repo_git_dir(p->repo),
			  p->err);
}

static int flush_chunk(struct packer *p)
{
	int rc;

	if (strbuf_check(&p->chunk, p->err) < 0)
		return (int)p->err->code;
	if (EVP_DigestUpdate(p->sha1, p->chunk.data, p->chunk.len) != 1)
		return err_nomem(p->err);
	rc = git_indexer_append(p->indexer, p->chunk.data, p->chunk.len,
				&p->stats);
	strbuf_truncate(&p->chunk, 0);
	return rc < 0 ? pack_failed(p, rc) : 0;
}

static void add_be32(struct strbuf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		strbuf_addc(b, (char)(v >> shift & 0xff));
}

/* Four bits of the size beside the type, then seven a byte. */
static void add_header(struct strbuf *b, size_t size)
{
	unsigned char c = (unsigned char)(PACK_BLOB << 4 | (size & 15));

	for (size >>= 4; size > 0; size >>= 7) {
		strbuf_addc(b, (char)(c | 0x80));
		c = size & 0x7f;
	}
	strbuf_addc(b, (char)c);
}

static int add_zlib(struct packer *p, const void *bytes, size_t len)
{
	z_stream z = { .next_in = bytes, .avail_in = (uInt)len };
	unsigned char out[16 << 10];
	int rc;

	if (len > UINT32_MAX)
		return err_set(p->err, ERR_LIMIT, "a file of more than 4 GiB");
	if (library_load(LIBRARY_Z, p->err) < 0)
		return (int)p->err->code;
	if (deflateInit(&z, Z_BEST_SPEED) != Z_OK)
		return err_nomem(p->err);
	do {
		z.next_out = out;
		z.avail_out = sizeof(out);
		rc = deflate(&z, Z_FINISH);
		strbuf_add(&p->chunk, out, sizeof(out) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	return rc == Z_STREAM_END ? 0 : err_nomem(p->err);
}

/* An object stands in a pack once: SEEN maps names to their first blob. */
static int find_first(struct packer *p, struct map *seen, struct oid *names,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *key = (char *)names[i].id;

		if (map_get_n(seen, key, sizeof(names[i].id)))
			continue;
		if (map_put_n(seen, key, sizeof(names[i].id), &names[i]) < 0)
			return err_nomem(p->err);
	}
	return 0;
}

static int add_blobs(struct packer *p, const struct repo_bytes *blobs,
		     struct oid *names, size_t count)
{
	AUTO(map_releasep) struct map seen = { 0 };

	if (find_first(p, &seen, names, count) < 0)
		return (int)p->err->code;
	strbuf_adds(&p->chunk, "PACK");
	add_be32(&p->chunk, PACK_VERSION);
	add_be32(&p->chunk, (uint32_t)seen.count);
	for (size_t i = 0; i < count; i++) {
		if (map_get_n(&seen, (char *)names[i].id,
			      sizeof(names[i].id)) != &names[i])
			continue;
		add_header(&p->chunk, blobs[i].len);
		if (add_zlib(p, blobs[i].bytes, blobs[i].len) < 0)
			return (int)p->err->code;
		if (p->chunk.len > CHUNK_SIZE && flush_chunk(p) < 0)
			return (int)p->err->code;
	}
	return flush_chunk(p);
}

static int unsynced_file(struct packer *p, const char *dir, const char *suffix)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	strbuf_addf(&path, "%s/pack-%s.%s", dir, git_indexer_name(p->indexer),
		    suffix);
	return git_unsynced(p->repo, strbuf_take(&path), p->err);
}

static int finish(struct packer *p, const char *dir)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int rc;

	if (EVP_DigestFinal_ex(p->sha1, sum, &len) != 1)
		return err_nomem(p->err);
	rc = git_indexer_append(p->indexer, sum, len, &p->stats);
	if (rc == 0)
		rc = git_indexer_commit(p->indexer, &p->stats);
	if (rc < 0)
		return pack_failed(p, rc);
	return unsynced_file(p, dir, "pack") < 0 ? (int)p->err->code
						 : unsynced_file(p, dir, "idx");
}

static int write_pack(struct packer *p, const char *dir, git_odb *odb,
		      const struct repo_bytes *blobs, struct oid *names,
		      size_t count)
{
	int rc = git_indexer_new(&p->indexer, dir, 0444, odb, NULL);

	if (rc < 0)
		return pack_failed(p, rc);
	if (!p->sha1 || EVP_DigestInit_ex(p->sha1, EVP_sha1(), NULL) != 1)
		return err_nomem(p->err);
	if (add_blobs(p, blobs, names, count) < 0 || finish(p, dir) < 0)
		return (int)p->err->code;
	rc = git_odb_refresh(odb); /* so that trees can refer to them */
	return rc < 0 ? pack_failed(p, rc) : 0;
}

int git_pack_blobs(struct repo *r, const struct repo_bytes *blobs, size_t count,
		   struct oid *out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf dir = { 0 };
	AUTO(git_odb_freep) git_odb *odb = NULL;
	struct packer p = { .repo = r, .err = err };
	int rc = git_repository_odb(&odb, r->raw);

	for (size_t i = 0; i < count; i++) {
		if (repo_blob_name(blobs[i].bytes, blobs[i].len, &out[i], err) <
		    0)
			return (int)err->code;
	}
	strbuf_addf(&dir, "%sobjects/pack", git_repository_commondir(r->raw));
	if (rc < 0)
		return pack_failed(&p, rc);
	if (strbuf_check(&dir, err) < 0 ||
	    library_load(LIBRARY_CRYPTO, err) < 0)
		return (int)err->code;
	p.sha1 = EVP_MD_CTX_new();
	rc = write_pack(&p, strbuf_str(&dir), odb, blobs, out, count);
	git_indexer_free(p.indexer);
	EVP_MD_CTX_free(p.sha1);
	strbuf_release(&p.chunk);
	return rc;
}
