#ifndef TESTS_TARBALL_H
#define TESTS_TARBALL_H

/* Tar archives and gzip streams by hand, right or wrong as a test wants. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/attr.h"
#include "base/strbuf.h"

/* One header block and its content, padded.  TYPE is '0' for a file. */
ATTR_UNUSED static void tar_entry(struct strbuf *tar, const char *name,
				  char type, const char *link,
				  const void *bytes, size_t len)
{
	char block[512] = "";
	unsigned sum = 0;

	snprintf(block, 100, "%s", name);
	snprintf(block + 100, 8, "%07o", 0644);
	snprintf(block + 108, 8, "%07o", 0);
	snprintf(block + 116, 8, "%07o", 0);
	snprintf(block + 124, 12, "%011o", (unsigned)len & 0xffffffff);
	snprintf(block + 136, 12, "%011o", 1153704088);
	memset(block + 148, ' ', 8);
	block[156] = type;
	snprintf(block + 157, 100, "%s", link ? link : "");
	memcpy(block + 257,
	       "ustar\0"
	       "00",
	       8);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	block[155] = ' ';
	strbuf_add(tar, block, sizeof(block));
	strbuf_add(tar, bytes, len);
	while (tar->len % 512 != 0)
		strbuf_addc(tar, '\0');
}

ATTR_UNUSED static void tar_file(struct strbuf *tar, const char *name,
				 const char *text)
{
	tar_entry(tar, name, '0', NULL, text, strlen(text));
}

ATTR_UNUSED static void tar_end(struct strbuf *tar)
{
	static const char zeros[1024];

	strbuf_add(tar, zeros, sizeof(zeros));
}

/* BYTES as one gzip member, appended to OUT. */
ATTR_UNUSED static void gzip(struct strbuf *out, const void *bytes, size_t len)
{
	z_stream z = { 0 };
	unsigned char chunk[16 << 10];
	int rc;

	if (deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (unsigned char *)bytes;
	z.avail_in = (uInt)len;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		rc = deflate(&z, Z_FINISH);
		strbuf_add(out, chunk, sizeof(chunk) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	if (rc != Z_STREAM_END || !strbuf_ok(out))
		abort();
}

#endif
