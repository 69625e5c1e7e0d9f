#include "io/git_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/vec.h"

#define AGENT "agent=cohort"

/* ---- packet lines */

/* The length a line gives itself, or -1. */
static int line_length(const char *digits)
{
	int n = 0;

	for (int i = 0; i < 4; i++) {
		int d = hex_digit(digits[i]);

		if (d < 0)
			return -1;
		n = n * 16 + d;
	}
	return n == 3 || n > WIRE_PKT_MAX ? -1 : n;
}

/* One whole line that begins at BYTES, SIZE as it says itself. */
static int line_emit(const char *bytes, int size, wire_line *line, void *ctx,
		     struct err *err)
{
	if (size < 4)
		return line(ctx, (enum wire_kind)(size + WIRE_FLUSH), "", 0,
			    err);
	return line(ctx, WIRE_DATA, bytes + 4, (size_t)size - 4, err);
}

static int not_git(struct err *err)
{
	return err_set(err, ERR_FORMAT, "the answer is not git's");
}

/* Bytes that the line at BYTES takes: 4 for the special ones. */
static size_t line_bytes(int size)
{
	return size < 4 ? 4 : (size_t)size;
}

/* Fill up the line that was begun; how many bytes were taken, or negative. */
static int64_t split_finish(struct wire_split *s, const char *bytes, size_t len,
			    wire_line *line, void *ctx, struct err *err)
{
	size_t taken = 0, more;
	int size;

	if (s->have < 4) {
		taken = len < 4 - s->have ? len : 4 - s->have;
		memcpy(s->line + s->have, bytes, taken);
		s->have += taken;
		if (s->have < 4)
			return (int64_t)taken;
	}
	size = line_length(s->line);
	if (size < 0)
		return not_git(err);
	more = line_bytes(size) - s->have;
	if (more > len - taken)
		more = len - taken;
	memcpy(s->line + s->have, bytes + taken, more);
	s->have += more;
	if (s->have == line_bytes(size)) {
		s->have = 0;
		if (line_emit(s->line, size, line, ctx, err) < 0)
			return err->code;
	}
	return (int64_t)(taken + more);
}

int wire_split(struct wire_split *s, const char *bytes, size_t len,
	       wire_line *line, void *ctx, struct err *err)
{
	while (len > 0) {
		int64_t used;
		int size;

		if (s->have == 0 && len >= 4) {
			size = line_length(bytes);
			if (size < 0)
				return not_git(err);
			if (line_bytes(size) <= len) { /* whole: no copy */
				if (line_emit(bytes, size, line, ctx, err) < 0)
					return err->code;
				bytes += line_bytes(size);
				len -= line_bytes(size);
				continue;
			}
		}
		used = split_finish(s, bytes, len, line, ctx, err);
		if (used < 0)
			return err->code;
		bytes += used;
		len -= (size_t)used;
	}
	return 0;
}

/* ---- the server's own words */

/* LINE without its newline, for a message. */
static int server_says(const char *line, size_t len, struct err *err)
{
	char text[200];
	enum err_code code = ERR_NET;

	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == ' '))
		len--;
	len = len < sizeof(text) - 1 ? len : sizeof(text) - 1;
	memcpy(text, line, len);
	text[len] = '\0';
	if (strstr(text, "not found") || strstr(text, "not exist") ||
	    strstr(text, "does not appear to be a git repository"))
		code = ERR_NOT_FOUND;
	return err_set(err, code, "the server says: %s", text);
}

static bool starts(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(s, word, n) == 0;
}

/* ---- refs */

void remote_refs_release(struct remote_refs *refs)
{
	for (size_t i = 0; refs && i < refs->count; i++)
		free(refs->items[i].name);
	if (refs)
		free(refs->items);
}

void wire_refs_free(struct wire_refs *w)
{
	if (w)
		remote_refs_release(&w->refs);
	free(w);
}

struct wire_refs *wire_refs_new(enum wire_form form,
				const char *const *prefixes, size_t count,
				size_t max_refs, struct err *err)
{
	struct wire_refs *w = calloc(1, sizeof(*w));

	if (!w) {
		(void)err_nomem(err);
		return NULL;
	}
	w->form = form;
	w->prefixes = prefixes;
	w->prefix_count = count;
	w->max_refs = max_refs;
	return w;
}

void wire_refs_take(struct wire_refs *w, struct remote_refs *out)
{
	*out = w->refs;
	w->refs = (struct remote_refs){ 0 };
	w->cap = 0;
}

bool wire_name_is_safe(const char *name)
{
	size_t len = strlen(name);
	const char *part = name;

	if (len == 0 || len > WIRE_NAME_MAX || !text_is_utf8(name, len) ||
	    strstr(name, "..") || strstr(name, "@{"))
		return false;
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p <= 0x20 || *p == 0x7f ||
		    strchr("~^:?*[\\", *p))
			return false;
	}
	while (part) { /* no component is empty, hidden or a lock */
		size_t n = strcspn(part, "/");

		if (n == 0 || part[0] == '.' || part[n - 1] == '.' ||
		    (n >= 5 && memcmp(part + n - 5, ".lock", 5) == 0))
			return false;
		part = part[n] ? part + n + 1 : NULL;
	}
	return true;
}

static bool is_kept(const struct wire_refs *w, const char *name, size_t len)
{
	for (size_t i = 0; i < w->prefix_count; i++) {
		if (starts(name, len, w->prefixes[i]))
			return true;
	}
	return w->prefix_count == 0;
}

static int keep(struct wire_refs *w, const struct oid *oid, const char *name,
		size_t len, struct err *err)
{
	struct remote_ref *grown;
	char *copy;

	copy = malloc(len + 1);
	if (!copy)
		return err_nomem(err);
	memcpy(copy, name, len);
	copy[len] = '\0';
	if (strlen(copy) != len || !wire_name_is_safe(copy)) {
		(void)err_set(err, ERR_UNSAFE, "bad name of a ref: '%s'", copy);
		free(copy);
		return err->code;
	}
	grown = vec_grow(w->refs.items, &w->cap, w->refs.count + 1,
			 sizeof(*grown));
	if (!grown) {
		free(copy);
		return err_nomem(err);
	}
	w->refs.items = grown;
	grown[w->refs.count++] = (struct remote_ref){ copy, *oid, { { 0 } } };
	return 0;
}

static int count_ref(struct wire_refs *w, struct err *err)
{
	w->seen++;
	if (w->max_refs && w->seen > w->max_refs)
		return err_set(err, ERR_LIMIT, "it has more than %zu refs",
			       w->max_refs);
	return 0;
}

static bool read_oid(const char *hex, size_t len, struct oid *out)
{
	char copy[OID_HEX];

	if (len < OID_HEX - 1)
		return false;
	memcpy(copy, hex, OID_HEX - 1);
	copy[OID_HEX - 1] = '\0';
	return hex_decode(copy, out->id, sizeof(out->id));
}

/* "name^{}": what the tag that came just before it points at. */
static bool take_peeled(struct wire_refs *w, const struct oid *oid,
			const char *name, size_t len)
{
	struct remote_ref *last;

	if (len < 3 || memcmp(name + len - 3, "^{}", 3) != 0)
		return false;
	if (w->refs.count == 0)
		return true;
	last = &w->refs.items[w->refs.count - 1];
	if (strlen(last->name) == len - 3 &&
	    memcmp(last->name, name, len - 3) == 0)
		last->peeled = *oid;
	return true;
}

static const struct {
	const char *word;
	unsigned cap;
} known_caps[] = {
	{ "side-band-64k", WIRE_SIDE_BAND },
	{ "ofs-delta", WIRE_OFS_DELTA },
	{ "thin-pack", WIRE_THIN_PACK },
	{ "no-progress", WIRE_NO_PROGRESS },
	{ "ls-refs", WIRE_LS_REFS },
	{ "fetch", WIRE_FETCH },
};

/* One word of a capability list: "side-band-64k", "fetch=shallow". */
static int read_cap(struct wire_refs *w, const char *word, size_t len,
		    struct err *err)
{
	const char *equals = memchr(word, '=', len);
	size_t n = equals ? (size_t)(equals - word) : len;

	if (starts(word, len, "object-format=") &&
	    !(len == 18 && starts(word, len, "object-format=sha1")))
		return err_set(err, ERR_FORMAT,
			       "its objects are not named by SHA-1");
	for (size_t i = 0; i < ARRAY_LEN(known_caps); i++) {
		if (strlen(known_caps[i].word) == n &&
		    memcmp(known_caps[i].word, word, n) == 0)
			w->caps |= known_caps[i].cap;
	}
	return 0;
}

static int read_caps(struct wire_refs *w, const char *caps, size_t len,
		     struct err *err)
{
	while (len > 0) {
		const char *space = memchr(caps, ' ', len);
		size_t n = space ? (size_t)(space - caps) : len;

		if (read_cap(w, caps, n, err) < 0)
			return err->code;
		n += space ? 1 : 0;
		caps += n;
		len -= n;
	}
	return 0;
}

/* "OID NAME", with NUL and capabilities on the first line. */
static int read_v0(struct wire_refs *w, const char *line, size_t len,
		   struct err *err)
{
	const char *nul = memchr(line, '\0', len);
	size_t n = nul ? (size_t)(nul - line) : len;
	struct oid oid;

	if (nul && read_caps(w, nul + 1, len - n - 1, err) < 0)
		return err->code;
	if (starts(line, n, "shallow "))
		return 0;
	if (n < OID_HEX + 1 || line[OID_HEX - 1] != ' ' ||
	    !read_oid(line, n, &oid))
		return not_git(err);
	line += OID_HEX;
	n -= OID_HEX;
	if (n == 15 && memcmp(line, "capabilities^{}", n) == 0)
		return 0; /* an empty repository */
	if (take_peeled(w, &oid, line, n))
		return 0;
	if (count_ref(w, err) < 0)
		return err->code;
	return is_kept(w, line, n) ? keep(w, &oid, line, n, err) : 0;
}

/* "OID NAME [symref-target:X] [peeled:OID]" */
static int read_ls_refs(struct wire_refs *w, const char *line, size_t len,
			struct err *err)
{
	const char *name, *space, *peeled = NULL;
	struct oid oid;
	size_t n;

	if (starts(line, len, "unborn "))
		return 0;
	if (len < OID_HEX + 1 || line[OID_HEX - 1] != ' ' ||
	    !read_oid(line, len, &oid))
		return not_git(err);
	name = line + OID_HEX;
	len -= OID_HEX;
	if (count_ref(w, err) < 0)
		return err->code;
	space = memchr(name, ' ', len);
	n = space ? (size_t)(space - name) : len;
	if (!is_kept(w, name, n))
		return 0; /* prefixes are but a wish */
	if (keep(w, &oid, name, n, err) < 0)
		return err->code;
	while (space) {
		const char *word = space + 1;
		size_t left = len - (size_t)(word - name);

		if (starts(word, left, "peeled:"))
			peeled = word + 7;
		space = memchr(word, ' ', left);
	}
	if (peeled && !read_oid(peeled, len - (size_t)(peeled - name),
				&w->refs.items[w->refs.count - 1].peeled))
		return not_git(err);
	return 0;
}

/* What may stand before the refs.  1: LINE was that. */
static int read_opening(struct wire_refs *w, const char *line, size_t len,
			struct err *err)
{
	if (w->form == WIRE_FORM_HTTP && w->service == WIRE_SERVICE_UNKNOWN &&
	    starts(line, len, "# service=git-")) {
		w->service = WIRE_SERVICE_SAID;
		return 1;
	}
	/* protocol 2 does not say which service it is */
	w->begun = true;
	if (len == 9 && starts(line, len, "version 2")) {
		w->caps |= WIRE_V2;
		return 1;
	}
	if (len == 9 && starts(line, len, "version 1"))
		return 1;
	if (starts(line, len, "version "))
		return err_set(err, ERR_FORMAT, "unknown git protocol");
	return 0;
}

static int refs_flush(struct wire_refs *w)
{
	if (!w->begun && w->service == WIRE_SERVICE_SAID)
		w->service = WIRE_SERVICE_PASSED;
	else
		w->done = true;
	return 0;
}

static int refs_line(void *ctx, enum wire_kind kind, const char *line,
		     size_t len, struct err *err)
{
	struct wire_refs *w = ctx;
	int rc;

	if (w->done)
		return kind == WIRE_END ? 0 : not_git(err);
	if (kind == WIRE_FLUSH)
		return refs_flush(w);
	if (kind != WIRE_DATA)
		return not_git(err);
	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (starts(line, len, "ERR "))
		return server_says(line + 4, len - 4, err);
	if (w->form == WIRE_FORM_LS_REFS)
		return read_ls_refs(w, line, len, err);
	if (!w->begun) {
		rc = read_opening(w, line, len, err);
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
	if (w->caps & WIRE_V2)
		return read_cap(w, line, len, err);
	return read_v0(w, line, len, err);
}

int wire_refs_feed(struct wire_refs *w, const char *bytes, size_t len,
		   struct err *err)
{
	return wire_split(&w->split, bytes, len, refs_line, w, err);
}

/* ---- packs */

static int side_band(struct wire_pack *w, const char *line, size_t len,
		     struct err *err)
{
	switch (len > 0 ? line[0] : 0) {
	case 1:
		w->begun = true;
		return len > 1 ? w->sink(w->ctx, line + 1, len - 1, err) : 0;
	case 2: /* progress, for people who wait */
		return 0;
	case 3:
		return server_says(line + 1, len - 1, err);
	default:
		return not_git(err);
	}
}

static int pack_line(void *ctx, enum wire_kind kind, const char *line,
		     size_t len, struct err *err)
{
	struct wire_pack *w = ctx;
	bool band = len > 0 && line[0] >= 1 && line[0] <= 3;

	if (w->done)
		return kind == WIRE_END ? 0 : not_git(err);
	if (kind == WIRE_FLUSH) {
		/* protocol 0 has none before the pack's end */
		w->done = true;
		return 0;
	}
	if (kind == WIRE_DELIM)
		return w->v2 && !w->begun ? 0 : not_git(err);
	if (kind != WIRE_DATA)
		return not_git(err);
	if (band)
		return side_band(w, line, len, err);
	if (w->begun)
		return not_git(err);
	if (starts(line, len, "ERR "))
		return server_says(line + 4, len - 4, err);
	return 0; /* "packfile", NAK, ACK, sections that we did not ask for */
}

int wire_pack_feed(struct wire_pack *w, const char *bytes, size_t len,
		   struct err *err)
{
	return wire_split(&w->split, bytes, len, pack_line, w, err);
}

/* ---- what we say */

void wire_add(struct strbuf *out, const char *line, size_t len)
{
	strbuf_addf(out, "%04zx", len + 4);
	strbuf_add(out, line, len);
}

static void add_line(struct strbuf *out, const char *line)
{
	wire_add(out, line, strlen(line));
}

void wire_flush(struct strbuf *out)
{
	strbuf_adds(out, "0000");
}

static void add_oid(struct strbuf *out, const char *word, const struct oid *oid,
		    const char *rest)
{
	char hex[OID_HEX];

	hex_encode(oid->id, sizeof(oid->id), hex);
	strbuf_addf(out, "%04zx%s %s%s\n",
		    strlen(word) + OID_HEX + strlen(rest) + 5, word, hex, rest);
}

void wire_ask_refs(struct strbuf *out, const char *const *prefixes,
		   size_t count)
{
	add_line(out, "command=ls-refs\n");
	add_line(out, AGENT "\n");
	add_line(out, "object-format=sha1\n");
	strbuf_adds(out, "0001");
	add_line(out, "peel\n");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%04zxref-prefix %s\n",
			    strlen(prefixes[i]) + 16, prefixes[i]);
	wire_flush(out);
}

static void ask_v2(struct strbuf *out, const struct oid *wants,
		   size_t want_count, const struct oid *haves,
		   size_t have_count)
{
	add_line(out, "command=fetch\n");
	add_line(out, AGENT "\n");
	add_line(out, "object-format=sha1\n");
	strbuf_adds(out, "0001");
	add_line(out, "no-progress\n");
	add_line(out, "ofs-delta\n");
	if (have_count > 0)
		add_line(out, "thin-pack\n");
	for (size_t i = 0; i < want_count; i++)
		add_oid(out, "want", &wants[i], "");
	for (size_t i = 0; i < have_count; i++)
		add_oid(out, "have", &haves[i], "");
	add_line(out, "done\n");
	wire_flush(out);
}

static void ask_v0(struct strbuf *out, unsigned caps, const struct oid *wants,
		   size_t want_count, const struct oid *haves,
		   size_t have_count)
{
	char words[128];

	snprintf(words, sizeof(words), " side-band-64k%s%s%s " AGENT,
		 caps & WIRE_OFS_DELTA ? " ofs-delta" : "",
		 caps & WIRE_NO_PROGRESS ? " no-progress" : "",
		 caps & WIRE_THIN_PACK && have_count > 0 ? " thin-pack" : "");
	for (size_t i = 0; i < want_count; i++)
		add_oid(out, "want", &wants[i], i == 0 ? words : "");
	wire_flush(out);
	for (size_t i = 0; i < have_count; i++)
		add_oid(out, "have", &haves[i], "");
	add_line(out, "done\n");
}

void wire_ask_pack(struct strbuf *out, unsigned caps, const struct oid *wants,
		   size_t want_count, const struct oid *haves,
		   size_t have_count)
{
	if (caps & WIRE_V2)
		ask_v2(out, wants, want_count, haves, have_count);
	else
		ask_v0(out, caps, wants, want_count, haves, have_count);
}
