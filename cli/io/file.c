#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/file_internal.h"

/* What temp_name() ends with. */
static const char temp_letters[] = "abcdefghijklmnopqrstuvwxyz012345";

enum {
	CHUNK = 64 << 10,
	TEMP_LETTERS = 8,
	TREE_DEPTH_MAX = 100, /* descriptors held open by file_remove_tree() */
	TEMP_TRIES = 64
};

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void close_fdp(const int *fd)
{
	close_fd(*fd);
}

static void close_stream(DIR *d)
{
	if (d)
		closedir(d);
}
AUTO_DEFINE(DIR *, close_stream)

/* A fifo would block without O_NONBLOCK. */
int file_open_regular(const char *path, struct stat *st, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return err_errno(err, errno, "open", path);
	if (fstat(fd, st) < 0) {
		err_errno(err, errno, "read", path);
	} else if (S_ISDIR(st->st_mode)) {
		err_set(err, ERR_IO, "'%s' is a folder", path);
	} else if (!S_ISREG(st->st_mode)) {
		err_set(err, ERR_UNSAFE, "'%s' is not a regular file", path);
	} else {
		return fd;
	}
	close(fd);
	return (int)err->code;
}

int file_read(const char *path, size_t max, struct strbuf *out, struct err *err)
{
	struct stat st;
	AUTO(close_fdp) int fd = file_open_regular(path, &st, err);
	AUTO(strbuf_releasep) struct strbuf got = { .max = max ? max : 1 };
	char chunk[CHUNK];
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read", path);
		if ((size_t)n > max - got.len)
			return err_set(err, ERR_LIMIT,
				       "'%s' has more than %zu bytes", path,
				       max);
		strbuf_add(&got, chunk, (size_t)n);
		if (strbuf_check(&got, err) < 0)
			return (int)err->code;
	}
	strbuf_add(out, strbuf_str(&got), got.len);
	return strbuf_check(out, err);
}

static int write_all(int fd, const void *bytes, size_t len, const char *path,
		     struct err *err)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "write", path);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Random letters after PREFIX; the caller opens it exclusively. */
static char *temp_name(const char *prefix)
{
	AUTO(strbuf_releasep) struct strbuf name = { 0 };
	unsigned char raw[TEMP_LETTERS];

	os_random(raw, sizeof(raw));
	strbuf_adds(&name, prefix);
	for (size_t i = 0; i < sizeof(raw); i++)
		strbuf_addc(&name, temp_letters[raw[i] % 32]);
	return strbuf_take(&name);
}

/* A new file beside PATH, named .NAME.xxxxxxxx; *NAME is to be free()d. */
static int temp_open(const char *path, unsigned mode, char **name,
		     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf prefix = { 0 };
	const char *base = path_base(path);

	strbuf_add(&prefix, path, (size_t)(base - path));
	strbuf_addf(&prefix, ".%s.", base);
	if (strbuf_check(&prefix, err) < 0)
		return (int)err->code;
	for (int i = 0; i < TEMP_TRIES; i++) {
		AUTO(str_freep) char *temp = temp_name(strbuf_str(&prefix));
		int fd;

		if (!temp)
			return err_nomem(err);
		fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd < 0 && errno == EEXIST)
			continue;
		if (fd < 0)
			return err_errno(err, errno, "write", path);
		*name = temp;
		temp = NULL;
		return fd;
	}
	return err_set(err, ERR_IO, "cannot write '%s': no free name", path);
}

static int sync_parent(const char *path, struct err *err)
{
	const char *base = path_base(path);
	AUTO(strbuf_releasep) struct strbuf dir = { 0 };

	strbuf_add(&dir, path, (size_t)(base - path));
	if (dir.len == 0)
		strbuf_adds(&dir, ".");
	if (strbuf_check(&dir, err) < 0)
		return (int)err->code;
	return file_sync_dir(strbuf_str(&dir), err);
}

/* close() reports the errors that a network file system kept back. */
static int finish(int fd, const char *temp, const char *path, bool durable,
		  struct err *err)
{
	if (durable && fsync(fd) < 0) {
		err_errno(err, errno, "write", path);
		close(fd);
		return (int)err->code;
	}
	if (close(fd) < 0)
		return err_errno(err, errno, "write", path);
	if (rename(temp, path) < 0)
		return err_errno(err, errno, "replace", path);
	return 0;
}

static int replace(const char *path, const void *bytes, size_t len,
		   unsigned mode, bool durable, struct err *err)
{
	AUTO(str_freep) char *temp = NULL;
	int fd = temp_open(path, mode, &temp, err);

	if (fd < 0)
		return fd;
	/* the mode that was asked for, whatever the umask */
	if (fchmod(fd, mode) < 0 || write_all(fd, bytes, len, path, err) < 0) {
		if (!err->code)
			err_errno(err, errno, "write", path);
		close(fd);
	} else if (finish(fd, temp, path, durable, err) == 0) {
		return durable ? sync_parent(path, err) : 0;
	}
	(void)unlink(temp);
	return (int)err->code;
}

int file_write(const char *path, const void *bytes, size_t len, unsigned mode,
	       struct err *err)
{
	return replace(path, bytes, len, mode, true, err);
}

int file_write_cache(const char *path, const void *bytes, size_t len,
		     struct err *err)
{
	return replace(path, bytes, len, 0644, false, err);
}

bool file_is_temp(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] == '.' && dot - name > 1 &&
	       strlen(dot + 1) == TEMP_LETTERS &&
	       strspn(dot + 1, temp_letters) == TEMP_LETTERS;
}

void file_sweep(const char *dir)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err ignored = { 0 };

	if (file_names_read(dir, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(str_freep) char *path = NULL;

		if (!file_is_temp(names.items[i]))
			continue;
		path = path_joined(dir, names.items[i]);
		if (path)
			(void)unlink(path);
	}
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int make_dir(const char *path, struct err *err)
{
	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno == EEXIST && file_is_dir(path))
		return 0;
	if (errno == EEXIST)
		return err_set(err, ERR_EXISTS, "'%s' is not a folder", path);
	return err_errno(err, errno, "make the folder", path);
}

int file_make_dirs(const char *path, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf part = { 0 };

	if (file_is_dir(path))
		return 0;
	for (const char *p = path; *p;) {
		size_t len = strspn(p, "/");

		len += strcspn(p + len, "/");
		strbuf_add(&part, p, len);
		if (strbuf_check(&part, err) < 0)
			return (int)err->code;
		p += len;
		if (strspn(p, "/") == strlen(p))
			return make_dir(strbuf_str(&part), err);
		if (!file_is_dir(strbuf_str(&part)) &&
		    make_dir(strbuf_str(&part), err) < 0)
			return (int)err->code;
	}
	return 0;
}

/*
 * A removal under way.  What lies deeper than DEPTH_MAX is first moved to the
 * top, so that a hostile depth costs neither stack nor descriptors.
 */
struct removal {
	const char *path;
	int top; /* the folder that is being emptied */
	bool moved;
};

static int remove_below(struct removal *r, int parent, const char *name,
			int depth, struct err *err);

/* A folder that its owner may not write in is made writable first. */
static int open_to_empty(const struct removal *r, int parent, const char *name,
			 struct err *err)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, flags);

	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, flags);
	if (fd < 0)
		return err_errno(err, errno, "remove", r->path);
	(void)fchmod(fd, 0700);
	return fd;
}

static int empty_dir(struct removal *r, int fd, int depth, struct err *err)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(close_streamp) DIR *d = own >= 0 ? fdopendir(own) : NULL;
	struct dirent *entry;

	if (!d) {
		err_errno(err, errno, "remove", r->path);
		close_fd(own);
		return (int)err->code;
	}
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (remove_below(r, fd, entry->d_name, depth + 1, err) < 0)
			return (int)err->code;
	}
	return errno ? err_errno(err, errno, "remove", r->path) : 0;
}

static int move_to_top(struct removal *r, int parent, const char *name,
		       struct err *err)
{
	AUTO(str_freep) char *fresh = temp_name("deep.");

	if (!fresh)
		return err_nomem(err);
	if (renameat(parent, name, r->top, fresh) < 0)
		return err_errno(err, errno, "remove", r->path);
	r->moved = true;
	return 0;
}

static int remove_below(struct removal *r, int parent, const char *name,
			int depth, struct err *err)
{
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_errno(err, errno, "remove", r->path);
	if (depth > TREE_DEPTH_MAX)
		return move_to_top(r, parent, name, err);
	{
		AUTO(close_fdp) int fd = open_to_empty(r, parent, name, err);

		if (fd < 0 || empty_dir(r, fd, depth, err) < 0)
			return (int)err->code;
	}
	if (unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return err_errno(err, errno, "remove", r->path);
	return 0;
}

int file_remove_tree(const char *path, struct err *err)
{
	struct removal r = { .path = path, .top = -1 };
	AUTO(close_fdp) int top = -1;

	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_errno(err, errno, "remove", path);
	top = open_to_empty(&r, AT_FDCWD, path, err);
	if (top < 0)
		return top;
	r.top = top;
	do {
		r.moved = false;
		if (empty_dir(&r, top, 0, err) < 0)
			return (int)err->code;
	} while (r.moved);
	if (rmdir(path) < 0 && errno != ENOENT)
		return err_errno(err, errno, "remove", path);
	return 0;
}

int file_temp_dir(const char *dir, char **out, struct err *err)
{
	AUTO(str_freep) char *made = NULL;
	const char *tmp = getenv("TMPDIR");
	bool own = !dir;

	if (own)
		dir = tmp && tmp[0] == '/' ? tmp : "/tmp";
	made = path_joined(dir, "cohort.XXXXXX");
	if (!made)
		return err_nomem(err);
	if (!mkdtemp(made)) {
		(void)err_errno(err, errno, "make a folder in", dir);
		return own ? err_hint(err, "export TMPDIR=FOLDER")
			   : (int)err->code;
	}
	*out = made;
	made = NULL;
	return 0;
}

static int copy_bytes(int from, int to, const char *from_path,
		      const char *to_path, struct err *err)
{
	char chunk[CHUNK];
	ssize_t n;

	while ((n = read(from, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read", from_path);
		if (write_all(to, chunk, (size_t)n, to_path, err) < 0)
			return (int)err->code;
	}
	return 0;
}

int file_copy(const char *from, const char *to, struct err *err)
{
	struct stat st;
	AUTO(close_fdp) int in = file_open_regular(from, &st, err);
	AUTO(str_freep) char *temp = NULL;
	int fd;

	if (in < 0)
		return in;
	fd = temp_open(to, st.st_mode & 0777, &temp, err);
	if (fd < 0)
		return fd;
	if (fchmod(fd, st.st_mode & 0777) < 0 ||
	    copy_bytes(in, fd, from, to, err) < 0) {
		if (!err->code)
			err_errno(err, errno, "write", to);
		close(fd);
	} else if (finish(fd, temp, to, true, err) == 0) {
		return 0;
	}
	(void)unlink(temp);
	return (int)err->code;
}

int file_sync_dir(const char *path, struct err *err)
{
	AUTO(close_fdp)
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* some file systems have nothing to sync in a folder: EINVAL */
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return err_errno(err, errno, "write", path);
	return 0;
}

/* Descriptors of one round of file_sync_all(). */
enum {
	SYNC_ROUND = 64
};

static int sync_round(const char *const *paths, size_t count, struct err *err)
{
	int fds[SYNC_ROUND];

	for (size_t i = 0; i < count; i++) {
		fds[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (fds[i] >= 0)
			os_start_writeback(fds[i]);
		else if (errno != ENOENT && !err->code)
			err_errno(err, errno, "open", paths[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (fds[i] < 0)
			continue;
		/* some file systems have nothing to sync in a folder */
		if (fsync(fds[i]) < 0 && errno != EINVAL && !err->code)
			err_errno(err, errno, "write", paths[i]);
		close(fds[i]);
	}
	return (int)err->code;
}

int file_sync_all(const char *const *paths, size_t count, struct err *err)
{
	while (count > 0) {
		size_t round = count < SYNC_ROUND ? count : SYNC_ROUND;

		if (sync_round(paths, round, err) < 0)
			return (int)err->code;
		paths += round;
		count -= round;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct file_names *n, size_t *cap, const char *name)
{
	char **grown = vec_grow(n->items, cap, n->count + 1, sizeof(*n->items));

	if (!grown)
		return -1;
	n->items = grown;
	n->items[n->count] = strdup(name);
	if (!n->items[n->count])
		return -1;
	n->count++;
	return 0;
}

int file_names_read(const char *dir, struct file_names *out, struct err *err)
{
	AUTO(close_streamp) DIR *d = opendir(dir);
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct dirent *entry;
	size_t cap = 0;

	if (!d)
		return err_errno(err, errno, "read", dir);
	while (errno = 0, (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (add_name(&names, &cap, entry->d_name) < 0)
			return err_nomem(err);
	}
	if (errno)
		return err_errno(err, errno, "read", dir);
	if (names.count > 0)
		qsort(names.items, names.count, sizeof(*names.items), by_name);
	*out = names;
	names = (struct file_names){ 0 };
	return 0;
}

void file_names_release(struct file_names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->count; i++)
		free(n->items[i]);
	free(n->items);
	*n = (struct file_names){ 0 };
}
