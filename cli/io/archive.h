#ifndef IO_ARCHIVE_H
#define IO_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * Packed crates (gzipped tar, from students and so not trusted) and the
 * archive of a release.  Any thread.
 */

/* Takes the next LEN bytes; negative with ERR set ends it. */
typedef int archive_sink(void *ctx, const void *bytes, size_t len,
			 struct err *err);

/*
 * Unpack one gzip member (RFC 1952) piece by piece, at most MAX bytes of it.
 *   ERR_FORMAT	not gzip, damaged, cut short, or followed by other bytes:
 *		cargo and crates.io would read only the first member
 *   ERR_LIMIT	it unpacks to more than MAX bytes
 * or what SINK returned.
 */
int archive_gunzip(const void *bytes, size_t len, uint64_t max,
		   archive_sink *sink, void *ctx, struct err *err);

enum {
	ARCHIVE_ENTRIES_MAX = 20000
};

/*
 * Write the regular files of a .crate below DIR, a fresh folder of ours:
 * modes 0644 or 0755, whatever the archive or the umask says.  Anything but
 * files and folders, a path that is not safe, a name twice: ERR_UNSAFE and
 * DIR is left as far as it got.  ERR_LIMIT beyond MAX bytes or
 * ARCHIVE_ENTRIES_MAX entries.
 */
int archive_unpack(const void *bytes, size_t len, uint64_t max, const char *dir,
		   struct err *err);

struct archive_file {
	const char *name; /* in the archive */
	const char *path; /* on this disk */
};

/*
 * Write the files as a .tar.zst at OUT, in one step.  The same names and
 * contents give the same bytes: sorted by name, ustar, mode 0644, uid and gid
 * 0, one time for all, zstd with one thread and a fixed level.
 */
int archive_write_release(const char *out, const struct archive_file *files,
			  size_t count, int64_t mtime, struct err *err);

#endif
