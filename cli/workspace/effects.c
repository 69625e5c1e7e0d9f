/* What cannot be rolled back: one line of JSON each, on the disk at once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "workspace/effects.h"
#include "workspace/internal.h"
#include "workspace/workspace.h"

enum {
	EFFECTS_MAX = 64 << 20,
	LINE_MAX = 1 << 20
};

static char *effects_path(const struct workspace *ws)
{
	return path_joined(ws->own_dir, "effects");
}

/*
 * Where the last whole line ends.  What stands after it was being written when
 * somebody was killed, so the thing it speaks of was not begun.
 */
static off_t whole_lines(int fd, off_t size)
{
	char chunk[4096];

	while (size > 0) {
		off_t from = size > (off_t)sizeof(chunk)
				     ? size - (off_t)sizeof(chunk)
				     : 0;
		ssize_t n = pread(fd, chunk, (size_t)(size - from), from);

		if (n <= 0)
			return size;
		for (ssize_t i = n; i > 0; i--) {
			if (chunk[i - 1] == '\n')
				return from + i;
		}
		size = from;
	}
	return 0;
}

static int append(int fd, const struct strbuf *line, const char *path,
		  struct err *err)
{
	struct stat st;
	off_t end;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "read", path);
	end = whole_lines(fd, st.st_size);
	if (end + (off_t)line->len > EFFECTS_MAX)
		return err_set(err, ERR_LIMIT, "'%s' is full", path);
	n = end < st.st_size && ftruncate(fd, end) < 0
		    ? -1
		    : pwrite(fd, line->data, line->len, end);
	if (n < 0 || fsync(fd) < 0) {
		err_errno(err, errno, "write", path);
	} else if ((size_t)n < line->len) {
		err_errno(err, ENOSPC, "write", path);
	}
	if (err->code)
		(void)!ftruncate(fd, end);
	return (int)err->code;
}

int workspace_effect(struct workspace *ws, const json_t *value, struct err *err)
{
	AUTO(str_freep) char *path = effects_path(ws);
	AUTO(strbuf_releasep) struct strbuf line = { .max = LINE_MAX };
	bool fresh;
	int fd;

	if (!path)
		return err_nomem(err);
	if (json_write_line(value, &line, err) < 0)
		return (int)err->code;
	strbuf_addc(&line, '\n');
	if (strbuf_check(&line, err) < 0)
		return (int)err->code;
	fresh = !file_exists(path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, errno, "write", path);
	(void)append(fd, &line, path, err);
	close(fd);
	if (!err->code && fresh)
		return file_sync_dir(ws->own_dir, err);
	return (int)err->code;
}

/*
 * Each line in an arena of its own; NAME is for messages.  A last line
 * without its newline was never finished, and does not count.
 */
int effects_read(const char *bytes, size_t len, const char *name,
		 workspace_effect_visit *visit, void *ctx, struct err *err)
{
	for (size_t at = 0; at < len;) {
		const char *end = memchr(bytes + at, '\n', len - at);
		AUTO(arena_releasep) struct arena arena = { 0 };
		const struct node *line;
		int rc;

		if (!end)
			return 0;
		if (json_read(bytes + at, (size_t)(end - bytes) - at, name,
			      &arena, &line, err) < 0)
			return (int)err->code;
		rc = visit(ctx, line, err);
		if (rc < 0)
			return rc;
		at = (size_t)(end - bytes) + 1;
	}
	return 0;
}

int workspace_effects(struct workspace *ws, workspace_effect_visit *visit,
		      void *ctx, struct err *err)
{
	AUTO(str_freep) char *path = effects_path(ws);
	AUTO(strbuf_releasep) struct strbuf text = { .max = EFFECTS_MAX };

	if (!path)
		return err_nomem(err);
	if (file_read(path, EFFECTS_MAX, &text, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return (int)err->code;
		err_clear(err);
		return 0;
	}
	return effects_read(strbuf_str(&text), text.len, ".git/cohort/effects",
			    visit, ctx, err);
}

int workspace_effects_clear(struct workspace *ws, struct err *err)
{
	AUTO(str_freep) char *path = effects_path(ws);

	if (!path)
		return err_nomem(err);
	if (unlink(path) < 0)
		return errno == ENOENT ? 0
				       : err_errno(err, errno, "remove", path);
	return file_sync_dir(ws->own_dir, err);
}
