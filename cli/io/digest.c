#include "io/digest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/parse.h"
#include "io/library.h"

enum {
	CHUNK = 64 << 10
};

struct digest {
	EVP_MD_CTX *ctx;
	int failed;
};

AUTO_DEFINE(struct digest *, digest_free)

int digest_new(struct digest **out, struct err *err)
{
	AUTO(digest_freep) struct digest *d = calloc(1, sizeof(*d));

	if (!d)
		return err_nomem(err);
	if (library_load(LIBRARY_CRYPTO, err) < 0)
		return (int)err->code;
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
		return err_nomem(err);
	*out = d;
	d = NULL;
	return 0;
}

void digest_add(struct digest *d, const void *bytes, size_t len)
{
	if (EVP_DigestUpdate(d->ctx, bytes, len) != 1)
		d->failed = 1;
}

void digest_hex(struct digest *d, char out[DIGEST_HEX_SIZE])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	/*
	 * SHA-256 over memory has no failure of its own; a wrong context is
	 * our bug, and a made-up digest must never leave this function.
	 */
	if (EVP_DigestFinal_ex(d->ctx, raw, &len) != 1 || len != 32 ||
	    d->failed)
		abort();
	hex_encode(raw, len, out);
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	if (d->ctx)
		EVP_MD_CTX_free(d->ctx);
	free(d);
}

int digest_bytes(const void *bytes, size_t len, char out[DIGEST_HEX_SIZE],
		 struct err *err)
{
	AUTO(digest_freep) struct digest *d = NULL;

	if (digest_new(&d, err) < 0)
		return (int)err->code;
	digest_add(d, bytes, len);
	digest_hex(d, out);
	return 0;
}

static int add_all(struct digest *d, int fd, const char *path, struct err *err)
{
	char chunk[CHUNK];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read", path);
		digest_add(d, chunk, (size_t)n);
	}
	return 0;
}

int digest_file(const char *path, char out[DIGEST_HEX_SIZE], struct err *err)
{
	AUTO(digest_freep) struct digest *d = NULL;
	int fd;

	if (digest_new(&d, err) < 0)
		return (int)err->code;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_errno(err, errno, "open", path);
	if (add_all(d, fd, path, err) == 0)
		digest_hex(d, out);
	close(fd);
	return (int)err->code;
}
