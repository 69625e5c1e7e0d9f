#include "crate/package/tar.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/strbuf.h"

enum {
	BLOCK = 512
};

/* Where the fields of a header stand: POSIX.1-2017, ustar interchange. */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8]; /* "ustar\0" "00", or GNU's "ustar  \0" */
	char user[32];
	char group[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

enum state {
	AT_HEADER, /* gathering a block */
	IN_DATA,   /* of a member */
	IN_EXTRA,  /* of a long name or pax header */
	IN_PADDING,
	AT_END_MARK, /* one block of zeros was seen */
	AFTER_END
};

struct tar_walk {
	struct tar_visitor visitor;
	uint64_t max_bytes;
	uint64_t bytes;	   /* fed so far */
	uint64_t trailing; /* other than zero after the end */
	enum state state;
	union {
		struct header header;
		char bytes[BLOCK];
	} block;
	size_t have;	  /* bytes of the block */
	uint64_t left;	  /* of data or extra */
	uint64_t padding; /* after it */
	char extra_type;  /* 'L', 'K' or 'x' */
	struct strbuf extra;
	/* what the extra headers said about the next member */
	struct strbuf path;
	bool has_path;
	bool has_link;
	bool has_pax;
	bool sparse;
	bool has_size;
	uint64_t size;
};

int tar_walk_new(const struct tar_visitor *visitor, uint64_t max_bytes,
		 struct tar_walk **out, struct err *err)
{
	struct tar_walk *w = calloc(1, sizeof(*w));

	if (!w)
		return err_nomem(err);
	w->visitor = *visitor;
	w->max_bytes = max_bytes ? max_bytes : UINT64_MAX;
	strbuf_init(&w->extra, TAR_EXTRA_MAX);
	strbuf_init(&w->path, TAR_EXTRA_MAX);
	*out = w;
	return 0;
}

void tar_walk_free(struct tar_walk *w)
{
	if (!w)
		return;
	strbuf_release(&w->extra);
	strbuf_release(&w->path);
	free(w);
}

uint64_t tar_walk_bytes(const struct tar_walk *w)
{
	return w->bytes;
}

uint64_t tar_walk_trailing(const struct tar_walk *w)
{
	return w->trailing;
}

static int damaged(const struct tar_walk *w, struct err *err, const char *what)
{
	return err_set(err, ERR_FORMAT, "%s, before byte %llu of the archive",
		       what, (unsigned long long)w->bytes);
}

/* ---- fields */

static size_t field_len(const char *field, size_t size)
{
	const char *end = memchr(field, '\0', size);

	return end ? (size_t)(end - field) : size;
}

/* Octal digits with blanks around them, or GNU's base 256. */
static bool field_number(const char *field, size_t size, uint64_t *out)
{
	uint64_t value = 0;
	size_t i = 0;

	if ((unsigned char)field[0] & 0x80) {
		value = (unsigned char)field[0] & 0x7f;
		for (i = 1; i < size; i++) {
			if (value > (uint64_t)INT64_MAX >> 8)
				return false;
			value = value << 8 | (unsigned char)field[i];
		}
		*out = value;
		return true;
	}
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(field[i] - '0');
	for (; i < size; i++) {
		if (field[i] != ' ' && field[i] != '\0')
			return false;
	}
	*out = value;
	return true;
}

static bool checksum_is_right(const struct tar_walk *w)
{
	const struct header *h = &w->block.header;
	const size_t at = offsetof(struct header, checksum);
	uint64_t sum = 0, want;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= at && i < at + sizeof(h->checksum)
			       ? ' '
			       : (unsigned char)w->block.bytes[i];
	return field_number(h->checksum, sizeof(h->checksum), &want) &&
	       sum == want;
}

static bool is_zero(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

/* ---- what comes before a member */

static void forget_extras(struct tar_walk *w)
{
	strbuf_reset(&w->path);
	w->has_path = w->has_link = w->has_pax = false;
	w->has_size = w->sparse = false;
}

/* One "key=value" of a pax header; LEN is the value's. */
static int apply_pax(struct tar_walk *w, const char *key, size_t key_len,
		     const char *value, size_t len, struct err *err)
{
	if (key_len == 4 && memcmp(key, "path", 4) == 0) {
		strbuf_reset(&w->path);
		strbuf_add(&w->path, value, len);
		w->has_path = true;
	} else if (key_len == 4 && memcmp(key, "size", 4) == 0) {
		if (!parse_u64_n(value, len, &w->size))
			return damaged(w, err, "a pax size that is no number");
		w->has_size = true;
	} else if (key_len > 10 && memcmp(key, "GNU.sparse", 10) == 0) {
		w->sparse = true;
	}
	return 0;
}

/* Records are "LENGTH KEY=VALUE\n", the length counting itself. */
static int read_pax(struct tar_walk *w, struct err *err)
{
	const char *p = strbuf_str(&w->extra), *end = p + w->extra.len;

	while (p < end) {
		const char *space = memchr(p, ' ', (size_t)(end - p));
		const char *equals, *stop;
		uint64_t len;

		if (!space || !parse_u64_n(p, (size_t)(space - p), &len) ||
		    len > (uint64_t)(end - p) ||
		    len < (uint64_t)(space - p) + 3 || p[len - 1] != '\n')
			return damaged(w, err, "a broken pax record");
		stop = p + len - 1;
		equals = memchr(space, '=', (size_t)(stop - space));
		if (!equals)
			return damaged(w, err, "a pax record without '='");
		if (apply_pax(w, space + 1, (size_t)(equals - space - 1),
			      equals + 1, (size_t)(stop - equals - 1), err) < 0)
			return err->code;
		p = stop + 1;
	}
	return 0;
}

static int finish_extra(struct tar_walk *w, struct err *err)
{
	if (strbuf_check(&w->extra, err) < 0)
		return err->code;
	if (w->extra_type == 'x')
		return read_pax(w, err);
	if (w->extra_type == 'L') {
		strbuf_reset(&w->path);
		strbuf_add(&w->path, strbuf_str(&w->extra),
			   field_len(strbuf_str(&w->extra), w->extra.len));
	}
	return 0;
}

static int begin_extra(struct tar_walk *w, uint64_t size, struct err *err)
{
	char type = w->block.header.type;
	bool *seen = type == 'L'   ? &w->has_path
		     : type == 'K' ? &w->has_link
				   : &w->has_pax;

	if (*seen)
		return damaged(w, err, "two extra headers for one file");
	if (size > TAR_EXTRA_MAX)
		return err_set(err, ERR_LIMIT,
			       "an extra header of more than %d bytes",
			       (int)TAR_EXTRA_MAX);
	*seen = true;
	w->extra_type = type;
	strbuf_reset(&w->extra);
	w->state = IN_EXTRA;
	return 0;
}

/* ---- members */

/* The path in the header itself; POSIX puts the front of it into `prefix`. */
static void add_header_path(struct tar_walk *w, struct strbuf *out)
{
	const struct header *h = &w->block.header;
	size_t prefix = 0;

	if (memcmp(h->magic, "ustar\0", 6) == 0)
		prefix = field_len(h->prefix, sizeof(h->prefix));
	if (prefix > 0) {
		strbuf_add(out, h->prefix, prefix);
		strbuf_addc(out, '/');
	}
	strbuf_add(out, h->name, field_len(h->name, sizeof(h->name)));
}

static int begin_member(struct tar_walk *w, uint64_t size, struct err *err)
{
	const struct header *h = &w->block.header;
	struct tar_entry e = { .type = h->type ? h->type : '0',
			       .sparse = w->sparse,
			       .size = size,
			       .pax_size = w->has_size ? w->size : size,
			       .offset = w->bytes };
	uint64_t mode;

	if (!field_number(h->mode, sizeof(h->mode), &mode))
		return damaged(w, err, "a mode that is no number");
	e.mode = (unsigned)mode & 07777;
	if (!w->has_path)
		add_header_path(w, &w->path);
	if (strbuf_check(&w->path, err) < 0)
		return err->code;
	if (w->path.len > TAR_NAME_MAX)
		return err_set(err, ERR_LIMIT, "a path of more than %d bytes",
			       (int)TAR_NAME_MAX);
	e.path = strbuf_str(&w->path);
	e.path_len = w->path.len;
	w->state = IN_DATA;
	if (w->visitor.entry(w->visitor.ctx, &e, err) < 0)
		return err->code;
	forget_extras(w);
	return 0;
}

static void begin_padding(struct tar_walk *w)
{
	w->left = w->padding;
	w->state = w->padding ? IN_PADDING : AT_HEADER;
}

static int end_of_content(struct tar_walk *w, struct err *err)
{
	if (w->state == IN_EXTRA && finish_extra(w, err) < 0)
		return err->code;
	begin_padding(w);
	return 0;
}

static int read_header(struct tar_walk *w, struct err *err)
{
	const struct header *h = &w->block.header;
	uint64_t size;

	if (is_zero(w->block.bytes, BLOCK)) {
		if (w->has_path || w->has_link || w->has_pax)
			return damaged(w, err,
				       "an extra header without a file");
		w->state = AT_END_MARK;
		return 0;
	}
	if (!checksum_is_right(w))
		return damaged(w, err, "a header with a wrong checksum");
	if (!field_number(h->size, sizeof(h->size), &size))
		return damaged(w, err, "a size that is no number");
	w->left = size;
	w->padding = (BLOCK - size % BLOCK) % BLOCK;
	if ((h->type == 'L' || h->type == 'K' || h->type == 'x'
		     ? begin_extra(w, size, err)
		     : begin_member(w, size, err)) < 0)
		return err->code;
	return size == 0 ? end_of_content(w, err) : 0;
}

/* ---- the bytes */

/* Gather a block from P; how many bytes of it are used. */
static size_t gather(struct tar_walk *w, const char *p, size_t len)
{
	size_t n = BLOCK - w->have;

	if (n > len)
		n = len;
	memcpy(w->block.bytes + w->have, p, n);
	w->have += n;
	w->bytes += n;
	return n;
}

static int take_block(struct tar_walk *w, struct err *err)
{
	w->have = 0;
	if (w->state == AT_HEADER)
		return read_header(w, err);
	if (!is_zero(w->block.bytes, BLOCK))
		return damaged(w, err, "one block of zeros instead of two");
	w->state = AFTER_END;
	return 0;
}

/* Content, an extra header or padding at P; how many bytes of it are used. */
static int take_content(struct tar_walk *w, const char *p, size_t len,
			size_t *used, struct err *err)
{
	size_t n = len;

	if (n > w->left)
		n = (size_t)w->left;
	w->left -= n;
	w->bytes += n;
	*used = n;
	if (w->state == IN_EXTRA)
		strbuf_add(&w->extra, p, n);
	else if (w->state == IN_DATA &&
		 w->visitor.data(w->visitor.ctx, p, n, err) < 0)
		return err->code;
	if (w->left > 0)
		return 0;
	if (w->state == IN_PADDING) {
		w->state = AT_HEADER;
		return 0;
	}
	return end_of_content(w, err);
}

static void take_rest(struct tar_walk *w, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		w->trailing += p[i] != '\0';
	w->bytes += len;
}

int tar_walk_feed(struct tar_walk *w, const void *bytes, size_t len,
		  struct err *err)
{
	const char *p = bytes, *end = p + len;

	if (len > w->max_bytes - w->bytes)
		return err_set(err, ERR_LIMIT,
			       "it unpacks to more than %llu bytes",
			       (unsigned long long)w->max_bytes);
	while (p < end) {
		size_t n = (size_t)(end - p);

		if (w->state == AFTER_END) {
			take_rest(w, p, n);
		} else if (w->state == AT_HEADER || w->state == AT_END_MARK) {
			n = gather(w, p, n);
			if (w->have == BLOCK && take_block(w, err) < 0)
				return err->code;
		} else if (take_content(w, p, n, &n, err) < 0) {
			return err->code;
		}
		p += n;
	}
	return 0;
}

int tar_walk_end(struct tar_walk *w, struct err *err)
{
	if (w->state == AFTER_END)
		return 0;
	if (w->state == AT_HEADER && w->have == 0)
		return damaged(w, err, "no end mark");
	if (w->state == AT_END_MARK && w->have == 0)
		return damaged(w, err, "half an end mark");
	return damaged(w, err, "it ends in the middle of a file");
}
