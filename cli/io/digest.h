#ifndef IO_DIGEST_H
#define IO_DIGEST_H

#include <stddef.h>

struct err;

/* SHA-256 (FIPS 180-4) by libcrypto, as 64 lower-case hex digits. */
enum {
	DIGEST_HEX_SIZE = 65
};

int digest_bytes(const void *bytes, size_t len, char out[DIGEST_HEX_SIZE],
		 struct err *err);
int digest_file(const char *path, char out[DIGEST_HEX_SIZE], struct err *err);

/* Several pieces as if they were one. */
struct digest;
int digest_new(struct digest **out, struct err *err);
void digest_add(struct digest *d, const void *bytes, size_t len);
void digest_hex(struct digest *d, char out[DIGEST_HEX_SIZE]);
void digest_free(struct digest *d);

#endif
