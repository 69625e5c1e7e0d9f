#include "io/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/library.h"

enum {
	CHUNK = 64 << 10,
	GZIP_ONLY = 16 + MAX_WBITS, /* inflateInit2: a gzip header is due */
	FEED = 1 << 30		    /* input at a time: uInt is 32 bits */
};

/* ------------------------------------------------------------------ gunzip */

/* One gzip member in memory, unpacked as it is asked for. */
struct gunzip {
	z_stream z;
	const unsigned char *next;
	size_t left;
	uint64_t max;
	uint64_t done;
	bool ended;
	unsigned char out[CHUNK];
};

static int gunzip_new(const void *bytes, size_t len, uint64_t max,
		      struct gunzip **out, struct err *err)
{
	struct gunzip *g;

	if (library_load(LIBRARY_Z, err) < 0)
		return (int)err->code;
	g = calloc(1, sizeof(*g));
	if (!g)
		return err_nomem(err);
	g->next = bytes;
	g->left = len;
	g->max = max;
	if (inflateInit2(&g->z, GZIP_ONLY) != Z_OK) {
		free(g);
		return err_nomem(err);
	}
	*out = g;
	return 0;
}

static void gunzip_free(struct gunzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g);
}
AUTO_DEFINE(struct gunzip *, gunzip_free)

static void feed(struct gunzip *g)
{
	union {
		const unsigned char *in;
		unsigned char *out; /* zlib's input pointer is not const */
	} p = { .in = g->next };

	if (g->z.avail_in > 0)
		return;
	g->z.next_in = p.out;
	g->z.avail_in = g->left < FEED ? (uInt)g->left : (uInt)FEED;
	g->next += g->z.avail_in;
	g->left -= g->z.avail_in;
}

static int inflate_failed(const struct gunzip *g, int rc, struct err *err)
{
	if (rc == Z_MEM_ERROR)
		return err_nomem(err);
	if (rc == Z_BUF_ERROR)
		return err_set(err, ERR_FORMAT, "the gzip stream is cut short");
	if (g->done == 0 && g->z.total_in < 10)
		return err_set(err, ERR_FORMAT, "not a gzip stream");
	return err_set(err, ERR_FORMAT, "the gzip stream is damaged (%s)",
		       g->z.msg ? g->z.msg : "no reason given");
}

static int too_large(uint64_t max, struct err *err)
{
	return err_set(err, ERR_LIMIT, "it unpacks to more than %llu bytes",
		       (unsigned long long)max);
}

/* The next piece in g->out: its length, 0 at the end, or negative. */
static int gunzip_next(struct gunzip *g, struct err *err)
{
	size_t got;
	int rc = Z_OK;

	g->z.next_out = g->out;
	g->z.avail_out = CHUNK;
	while (!g->ended && g->z.avail_out > 0) {
		feed(g);
		rc = inflate(&g->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END)
			g->ended = true;
		else if (rc != Z_OK)
			return inflate_failed(g, rc, err);
	}
	got = CHUNK - g->z.avail_out;
	g->done += got;
	if (g->done > g->max)
		return too_large(g->max, err);
	if (got == 0 && (g->z.avail_in > 0 || g->left > 0))
		return err_set(err, ERR_FORMAT,
			       "bytes after the end of the gzip stream");
	return (int)got;
}

int archive_gunzip(const void *bytes, size_t len, uint64_t max,
		   archive_sink *sink, void *ctx, struct err *err)
{
	AUTO(gunzip_freep) struct gunzip *g = NULL;
	int n;

	if (gunzip_new(bytes, len, max, &g, err) < 0)
		return (int)err->code;
	while ((n = gunzip_next(g, err)) > 0) {
		int rc = sink(ctx, g->out, (size_t)n, err);

		if (rc < 0)
			return rc;
	}
	return n;
}

/* ------------------------------------------------------------------ unpack */

static void reader_free(struct archive *a)
{
	(void)archive_read_free(a); /* nothing to report */
}
AUTO_DEFINE(struct archive *, reader_free)

static void writer_free(struct archive *a)
{
	(void)archive_write_free(a);
}
AUTO_DEFINE(struct archive *, writer_free)

AUTO_DEFINE(struct archive_entry *, archive_entry_free)

static struct archive *reader_new(struct err *err)
{
	struct archive *a = NULL;

	if (library_load(LIBRARY_ARCHIVE, err) == 0 &&
	    !(a = archive_read_new()))
		err_nomem(err);
	return a;
}

static struct archive *writer_new(struct err *err)
{
	struct archive *a = NULL;

	if (library_load(LIBRARY_ARCHIVE, err) == 0 &&
	    !(a = archive_write_new()))
		err_nomem(err);
	return a;
}

struct source {
	struct gunzip *gz;
	struct err *err;
};

static la_ssize_t pull(struct archive *a, void *ctx, const void **out)
{
	struct source *s = ctx;
	int n = s->err->code ? -1 : gunzip_next(s->gz, s->err);

	if (n < 0) {
		archive_set_error(a, EIO, "%s", s->err->msg);
		return ARCHIVE_FATAL;
	}
	*out = s->gz->out;
	return n;
}

/* Our own error, recorded while it pulled, is the first cause. */
static int read_failed(struct archive *a, struct err *err)
{
	const char *why = archive_error_string(a);

	if (err->code)
		return (int)err->code;
	if (archive_errno(a) == ENOMEM)
		return err_nomem(err);
	return err_set(err, ERR_FORMAT, "the tar archive is damaged (%s)",
		       why ? why : "no reason given");
}

/* An unpacking under way. */
struct unpack {
	struct archive *archive;
	const char *dir;
	uint64_t written; /* holes too, of which the stream has no bytes */
	uint64_t max;
};

static int make_parents(const char *dir, const char *path, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf full = { 0 };

	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		strbuf_reset(&full);
		path_join(&full, dir, "");
		strbuf_add(&full, path, (size_t)(p - path));
		if (strbuf_check(&full, err) < 0)
			return (int)err->code;
		/* the sandbox reads it under another uid: no umask */
		if (mkdir(strbuf_str(&full), 0755) == 0)
			(void)chmod(strbuf_str(&full), 0755);
		else if (errno != EEXIST)
			return err_errno(err, errno, "make the folder",
					 strbuf_str(&full));
	}
	return 0;
}

static int write_data(struct unpack *u, int fd, const char *path,
		      struct err *err)
{
	char chunk[CHUNK];
	la_ssize_t n;

	while ((n = archive_read_data(u->archive, chunk, sizeof(chunk))) != 0) {
		const char *p = chunk;

		if (n < 0)
			return read_failed(u->archive, err);
		u->written += (uint64_t)n;
		if (u->written > u->max)
			return too_large(u->max, err);
		while (n > 0) {
			ssize_t done = write(fd, p, (size_t)n);

			if (done < 0 && errno == EINTR)
				continue;
			if (done < 0)
				return err_errno(err, errno, "write", path);
			p += done;
			n -= done;
		}
	}
	return 0;
}

static int unpack_file(struct unpack *u, struct archive_entry *entry,
		       const char *path, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf full = { 0 };
	mode_t mode = archive_entry_perm(entry) & 0100 ? 0755 : 0644;
	int fd;

	if (make_parents(u->dir, path, err) < 0)
		return (int)err->code;
	path_join(&full, u->dir, path);
	if (strbuf_check(&full, err) < 0)
		return (int)err->code;
	fd = open(strbuf_str(&full),
		  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_UNSAFE, "'%s' is in the archive twice",
			       path);
	if (fd < 0)
		return err_errno(err, errno, "write", strbuf_str(&full));
	if (fchmod(fd, mode) < 0)
		err_errno(err, errno, "write", strbuf_str(&full));
	else
		(void)write_data(u, fd, strbuf_str(&full), err);
	if (close(fd) < 0 && !err->code)
		err_errno(err, errno, "write", strbuf_str(&full));
	return (int)err->code;
}

static int unpack_entry(struct unpack *u, struct archive_entry *entry,
			struct err *err)
{
	const char *name = archive_entry_pathname(entry);
	mode_t type = archive_entry_filetype(entry);
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	strbuf_adds(&path, name ? name : "");
	if (type == AE_IFDIR && path.len > 0 && path.data[path.len - 1] == '/')
		strbuf_truncate(&path, path.len - 1);
	if (strbuf_check(&path, err) < 0)
		return (int)err->code;
	if (!path_is_safe(strbuf_str(&path)))
		return err_set(err, ERR_UNSAFE, "unsafe path '%s'",
			       strbuf_str(&path));
	if (type == AE_IFDIR)
		return 0; /* made when there is a file in it */
	if (type != AE_IFREG || archive_entry_hardlink(entry))
		return err_set(err, ERR_UNSAFE, "'%s' is not a regular file",
			       strbuf_str(&path));
	return unpack_file(u, entry, strbuf_str(&path), err);
}

static int unpack_all(struct unpack *u, struct err *err)
{
	AUTO(archive_entry_freep)
	struct archive_entry *entry = archive_entry_new2(u->archive);
	size_t count = 0;
	int rc;

	/* next_header() would crash if libarchive could not allocate its own */
	if (!entry)
		return err_nomem(err);
	while ((rc = archive_read_next_header2(u->archive, entry)) ==
	       ARCHIVE_OK) {
		if (++count > ARCHIVE_ENTRIES_MAX)
			return err_set(err, ERR_LIMIT, "more than %d entries",
				       ARCHIVE_ENTRIES_MAX);
		if (unpack_entry(u, entry, err) < 0)
			return (int)err->code;
	}
	return rc == ARCHIVE_EOF && !err->code ? 0
					       : read_failed(u->archive, err);
}

/* What comes after the two blocks of zeros is still checked: crc, length. */
static int read_rest(struct gunzip *g, struct err *err)
{
	int n;

	do
		n = gunzip_next(g, err);
	while (n > 0);
	return n;
}

int archive_unpack(const void *bytes, size_t len, uint64_t max, const char *dir,
		   struct err *err)
{
	AUTO(gunzip_freep) struct gunzip *gz = NULL;
	AUTO(reader_freep) struct archive *a = reader_new(err);
	struct source source = { .err = err };
	struct unpack u = { .archive = a, .dir = dir, .max = max };

	if (!a || gunzip_new(bytes, len, max, &gz, err) < 0)
		return (int)err->code;
	source.gz = gz;
	if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
	    archive_read_open(a, &source, NULL, pull, NULL) != ARCHIVE_OK)
		return read_failed(a, err);
	if (unpack_all(&u, err) < 0)
		return (int)err->code;
	return read_rest(gz, err);
}

/* ----------------------------------------------------------------- release */

static int write_failed(struct archive *a, const char *out, struct err *err)
{
	const char *why = archive_error_string(a);

	if (archive_errno(a) == ENOMEM)
		return err_nomem(err);
	return err_set(err, ERR_IO, "cannot write '%s': %s", out,
		       why ? why : "no reason given");
}

static int add_file(struct archive *a, const struct archive_file *file,
		    int64_t mtime, const char *out, struct err *err)
{
	AUTO(archive_entry_freep)
	struct archive_entry *entry = archive_entry_new2(a);
	AUTO(file_map_releasep) struct file_map map = { 0 };

	if (!entry)
		return err_nomem(err);
	if (file_map_open(file->path, &map, err) < 0)
		return (int)err->code;
	archive_entry_set_pathname(entry, file->name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)map.len);
	archive_entry_set_mtime(entry, (time_t)mtime, 0);
	if (archive_write_header(a, entry) != ARCHIVE_OK)
		return write_failed(a, out, err);
	for (size_t at = 0; at < map.len;) {
		la_ssize_t n =
			archive_write_data(a, map.data + at, map.len - at);

		if (n <= 0)
			return write_failed(a, out, err);
		at += (size_t)n;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct archive_file *)a)->name,
		      ((const struct archive_file *)b)->name);
}

static int write_files(struct archive *a, const char *out, const char *temp,
		       const struct archive_file *files, size_t count,
		       int64_t mtime, struct err *err)
{
	if (archive_write_set_format_ustar(a) != ARCHIVE_OK ||
	    archive_write_add_filter_zstd(a) != ARCHIVE_OK ||
	    archive_write_set_options(a, "zstd:compression-level=19") !=
		    ARCHIVE_OK ||
	    archive_write_open_filename(a, temp) != ARCHIVE_OK)
		return write_failed(a, out, err);
	for (size_t i = 0; i < count; i++)
		if (add_file(a, &files[i], mtime, out, err) < 0)
			return (int)err->code;
	return archive_write_close(a) == ARCHIVE_OK ? 0
						    : write_failed(a, out, err);
}

/* libarchive closed it without a sync of its own. */
static int settle(const char *temp, const char *out, struct err *err)
{
	int fd = open(temp, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		err_errno(err, errno, "write", out);
	if (fd >= 0)
		close(fd);
	if (!err->code && rename(temp, out) < 0)
		err_errno(err, errno, "replace", out);
	return (int)err->code;
}

int archive_write_release(const char *out, const struct archive_file *files,
			  size_t count, int64_t mtime, struct err *err)
{
	AUTO(writer_freep) struct archive *a = writer_new(err);
	AUTO(strbuf_releasep) struct strbuf temp = { 0 };
	struct archive_file *sorted = calloc(count + 1, sizeof(*sorted));

	strbuf_addf(&temp, "%s.partial", out);
	if (!a || !sorted || !strbuf_ok(&temp)) {
		free(sorted);
		return a ? err_nomem(err) : (int)err->code;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = files[i];
	qsort(sorted, count, sizeof(*sorted), by_name);
	if (write_files(a, out, strbuf_str(&temp), sorted, count, mtime, err) <
		    0 ||
	    settle(strbuf_str(&temp), out, err) < 0)
		(void)unlink(strbuf_str(&temp));
	free(sorted);
	return (int)err->code;
}
