/* Files whose bytes are looked at where they are. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "io/file.h"
#include "io/file_internal.h"

int file_map_open(const char *path, struct file_map *out, struct err *err)
{
	struct stat st;
	int fd = file_open_regular(path, &st, err);
	void *data = NULL;

	if (fd < 0)
		return fd;
	if (st.st_size == 0) {
		*out = (struct file_map){ .data = "" };
	} else {
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			    fd, 0);
		if (data == MAP_FAILED)
			(void)err_errno(err, errno, "read", path);
		else
			*out = (struct file_map){ data, (size_t)st.st_size };
	}
	close(fd);
	return (int)err->code;
}

void file_map_release(struct file_map *m)
{
	if (m && m->len > 0) {
		union {
			const char *in;
			void *out;
		} p = { .in = m->data };

		munmap(p.out, m->len);
	}
	if (m)
		*m = (struct file_map){ 0 };
}

int file_pieces_open(const char *path, struct file_pieces *out, struct err *err)
{
	struct stat st;
	int fd = file_open_regular(path, &st, err);

	if (fd < 0)
		return fd;
	*out = (struct file_pieces){ .path = path,
				     .len = (size_t)st.st_size,
				     .is_open = true,
				     .fd = fd };
	return 0;
}

int file_pieces_read(const struct file_pieces *f, size_t at, char *buf,
		     size_t size, struct err *err)
{
	while (size > 0) {
		ssize_t n = pread(f->fd, buf, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read", f->path);
		if (n == 0)
			return err_set(err, ERR_IO,
				       "'%s' became shorter while it was read",
				       f->path);
		at += (size_t)n;
		buf += n;
		size -= (size_t)n;
	}
	return 0;
}

void file_pieces_release(struct file_pieces *f)
{
	if (f && f->is_open)
		close(f->fd);
	if (f)
		*f = (struct file_pieces){ 0 };
}
