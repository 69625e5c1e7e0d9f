#ifndef IO_GIT_WIRE_H
#define IO_GIT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "io/remote.h"

struct err;

/*
 * What git servers say, as bytes come in, and what we say to them: packet
 * lines, advertisements of protocol 0 and 1, ls-refs and fetch of protocol 2
 * (gitprotocol-common(5), -pack(5), -v2(5), -http(5)).  Nothing here opens
 * anything; every byte that comes in is hostile.
 */
enum {
	WIRE_PKT_MAX = 65520, /* of a packet line, with its four digits */
	WIRE_NAME_MAX = 512,  /* of a ref's name that we keep */
	WIRE_HAVES_MAX = 256
};

/* ---- packet lines */

enum wire_kind {
	WIRE_DATA,
	WIRE_FLUSH, /* 0000 */
	WIRE_DELIM, /* 0001 */
	WIRE_END    /* 0002 */
};

struct wire_split {
	size_t have; /* bytes of a line that has not come whole */
	char line[WIRE_PKT_MAX];
};

typedef int wire_line(void *ctx, enum wire_kind kind, const char *bytes,
		      size_t len, struct err *err);

/* Cut LEN more bytes into lines; a negative result of LINE ends it. */
int wire_split(struct wire_split *s, const char *bytes, size_t len,
	       wire_line *line, void *ctx, struct err *err);

/* ---- refs */

enum wire_cap {
	WIRE_V2 = 1,	       /* a capability list of protocol 2 came */
	WIRE_SIDE_BAND = 2,    /* side-band-64k */
	WIRE_OFS_DELTA = 4,    /* ofs-delta */
	WIRE_THIN_PACK = 8,    /* thin-pack */
	WIRE_NO_PROGRESS = 16, /* no-progress */
	WIRE_LS_REFS = 32,     /* protocol 2 */
	WIRE_FETCH = 64	       /* protocol 2 */
};

enum wire_form {
	WIRE_FORM_HTTP,	  /* "# service=...", then as below */
	WIRE_FORM_PLAIN,  /* refs of protocol 0 or 1, or protocol 2's list */
	WIRE_FORM_LS_REFS /* the answer to ls-refs */
};

/*
 * Refs as they come.  Those that begin with one of the prefixes are kept, all
 * are counted.
 */
struct wire_refs {
	enum wire_form form;
	const char *const *prefixes;
	size_t prefix_count;
	size_t max_refs; /* 0: no limit */

	struct remote_refs refs;
	size_t cap;
	size_t seen; /* refs, kept or not */
	unsigned caps;
	bool begun; /* past "# service" and the version */
	enum {
		WIRE_SERVICE_UNKNOWN,
		WIRE_SERVICE_SAID, /* "# service", its flush is due */
		WIRE_SERVICE_PASSED
	} service;
	bool done; /* the flush at the end was seen */
	struct wire_split split;
};

/* PREFIXES are borrowed.  NULL, with ERR set, without memory. */
struct wire_refs *wire_refs_new(enum wire_form form,
				const char *const *prefixes, size_t count,
				size_t max_refs, struct err *err);
void wire_refs_free(struct wire_refs *w);
AUTO_DEFINE(struct wire_refs *, wire_refs_free)

/* Hand the refs over; W is empty after. */
void wire_refs_take(struct wire_refs *w, struct remote_refs *out);

/*
 * More bytes.  ERR_FORMAT: it is not git that speaks; ERR_LIMIT: more than
 * max_refs; ERR_UNSAFE: a name we would keep that git would not allow;
 * ERR_NET, ERR_NOT_FOUND: the server's own error.
 */
int wire_refs_feed(struct wire_refs *w, const char *bytes, size_t len,
		   struct err *err);

/* Is NAME one that git allows, of a length that we allow? */
bool wire_name_is_safe(const char *name);

/* ---- packs */

typedef int wire_pack_sink(void *ctx, const char *bytes, size_t len,
			   struct err *err);

/* The answer to a fetch: whatever stands before the pack, then the pack. */
struct wire_pack {
	wire_pack_sink *sink;
	void *ctx;
	bool v2;

	bool begun; /* the pack has */
	bool done;
	struct wire_split split;
};

int wire_pack_feed(struct wire_pack *w, const char *bytes, size_t len,
		   struct err *err);

/* ---- what we say */

void wire_add(struct strbuf *out, const char *line, size_t len);
void wire_flush(struct strbuf *out);

/* The command ls-refs of protocol 2. */
void wire_ask_refs(struct strbuf *out, const char *const *prefixes,
		   size_t count);

/*
 * All we want and have in one go, with "done": one answer, which is the pack.
 * CAPS are the server's.
 */
void wire_ask_pack(struct strbuf *out, unsigned caps, const struct oid *wants,
		   size_t want_count, const struct oid *haves,
		   size_t have_count);

#endif
