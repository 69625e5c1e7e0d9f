#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/strbuf.h"

struct err;

/* Files and folders.  Any thread. */

/* The whole file, at most MAX bytes (ERR_LIMIT); never follows into a fifo. */
int file_read(const char *path, size_t max, struct strbuf *out,
	      struct err *err);

/*
 * Put BYTES at PATH in one step: a temporary name beside it, fsync, rename,
 * fsync of the folder.  A reader sees the old content or the new.
 */
int file_write(const char *path, const void *bytes, size_t len, unsigned mode,
	       struct err *err);

/*
 * The same at a PATH that somebody named: what is there and no regular file, a
 * device or a pipe, is written to and not replaced.
 */
int file_write_named(const char *path, const void *bytes, size_t len,
		     unsigned mode, struct err *err);

/* The same without the fsyncs, for caches that may be lost. */
int file_write_cache(const char *path, const void *bytes, size_t len,
		     struct err *err);

/*
 * What killed file_write()s and file_copy()s left in DIR goes: files called
 * .NAME.xxxxxxxx.  Nobody may be writing there; whether it could is not told.
 */
void file_sweep(const char *dir);

/* Is NAME, without folders, one that only a file being written has? */
bool file_is_temp(const char *name);

/* A file mapped for reading; LEN may be 0, then DATA is "". */
struct file_map {
	const char *data;
	size_t len;
};
int file_map_open(const char *path, struct file_map *out, struct err *err);
void file_map_release(struct file_map *m);
AUTO_RELEASE(struct file_map, file_map_release)

/*
 * A regular file that is read piece by piece: unlike a map of it, it may change
 * meanwhile.  PATH is borrowed.
 */
struct file_pieces {
	const char *path;
	size_t len; /* when it was opened */
	bool is_open;
	int fd;
};
int file_pieces_open(const char *path, struct file_pieces *out,
		     struct err *err);

/* SIZE bytes from AT on; ERR_IO if it has not so many any more. */
int file_pieces_read(const struct file_pieces *f, size_t at, char *buf,
		     size_t size, struct err *err);
void file_pieces_release(struct file_pieces *f);
AUTO_RELEASE(struct file_pieces, file_pieces_release)

bool file_exists(const char *path);
bool file_is_dir(const char *path);

/* Make the folder and those above it.  It may exist already. */
int file_make_dirs(const char *path, struct err *err);

/* Remove a tree, links not followed.  It may be gone already. */
int file_remove_tree(const char *path, struct err *err);

/* A fresh private folder below DIR (NULL: $TMPDIR or /tmp), to be free()d. */
int file_temp_dir(const char *dir, char **out, struct err *err);

/* Copy one regular file, content and permission bits. */
int file_copy(const char *from, const char *to, struct err *err);

int file_sync_dir(const char *path, struct err *err);

/*
 * Wait until COUNT files and folders are on the disk, in much less time than
 * one after the other takes.  What is not there is passed over.
 */
int file_sync_all(const char *const *paths, size_t count, struct err *err);

/* The names in a folder, sorted; free with file_names_release(). */
struct file_names {
	char **items;
	size_t count;
};
int file_names_read(const char *dir, struct file_names *out, struct err *err);
void file_names_release(struct file_names *n);
AUTO_RELEASE(struct file_names, file_names_release)

#endif
