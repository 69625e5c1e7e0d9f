#include "workspace/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/*
 * Header, seats, summaries, strings; each part begins at a multiple of eight.
 * Strings end in NUL and are named by their offset.  The layout is that of
 * the compiler, since only the binary that wrote a snapshot reads it.
 */
enum {
	SNAPSHOT_VERSION = 2,
	ENDIAN_MARK = 0x01020304,
	SEATS_MAX = 4 << 20,
	SNAPSHOT_SIZE_MAX = 1 << 30
};

#define NO_STRING UINT32_MAX

struct disk_file {
	uint64_t ino;
	uint64_t size;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint64_t sum;
	struct oid seen;
	struct oid head;
};

struct disk_header {
	char magic[8];
	uint32_t endian;
	uint32_t version;
	uint64_t size;
	uint64_t sum; /* of all that follows */
	uint64_t binary[4];
	int64_t made_ns;
	struct oid head;
	uint32_t seat_count;
	struct disk_file files[CONFIG_COUNT];
	uint64_t strings_len;
};

struct disk_seat {
	uint32_t number;
	uint8_t mode;
	uint8_t status;
	uint8_t unused[2];
	uint32_t handle;
	uint32_t name;
	uint32_t zone;
	uint32_t repo;
	uint32_t suffix;
	uint32_t artifact_repo[ARTIFACT_COUNT];
};

struct disk_summary {
	int64_t first_seen_at;
	int64_t late_s;
	uint32_t submissions;
	uint32_t version;
	uint8_t verdict;
	uint8_t flags;
	char commit[OID_HEX_SIZE];
	struct oid record;
};

enum {
	FLAG_MOVED = 1,
	FLAG_PACKED = 2,
	FLAG_CHECKED = 4,
	FLAG_PUBLISHED = 8,
	FLAG_VALIDATED = 16,
	FLAG_CONFORMS = 32
};

static const char magic[8] = "cohort\n";

/* Whoever adds a member adds it to the disk as well, and counts it here. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct seat) == 80,
	       "struct seat has changed: so must the snapshot");
_Static_assert(sizeof(void *) != 8 || sizeof(struct seat_summary) == 96,
	       "struct seat_summary has changed: so must the snapshot");

uint64_t snapshot_sum(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t h = 0x9e3779b97f4a7c15u ^ len;
	uint64_t word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
		p += sizeof(word);
	}
	word = 0;
	if (len > 0)
		memcpy(&word, p, len);
	h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 29;
}

enum {
	SUMMED_FROM = offsetof(struct disk_header, binary)
};

void snapshot_seal(void *bytes, size_t len)
{
	struct disk_header *h = bytes;

	if (len < sizeof(*h))
		return;
	h->size = len;
	h->sum = snapshot_sum((char *)bytes + SUMMED_FROM, len - SUMMED_FROM);
}

/* ---- writing */

static uint32_t put_string(struct strbuf *strings, const char *s)
{
	uint32_t at = (uint32_t)strings->len;

	if (!s)
		return NO_STRING;
	strbuf_add(strings, s, strlen(s) + 1);
	return at;
}

static void put_seat(struct strbuf *out, struct strbuf *strings,
		     const struct seat *s)
{
	struct disk_seat d = {
		.number = s->number,
		.mode = (uint8_t)s->mode,
		.status = (uint8_t)s->status,
		.handle = put_string(strings, s->handle),
		.name = put_string(strings, s->name),
		.zone = put_string(strings, s->zone),
		.repo = put_string(strings, s->repo),
		.suffix = put_string(strings, s->suffix),
	};

	for (int a = 0; a < ARTIFACT_COUNT; a++)
		d.artifact_repo[a] = put_string(strings, s->artifact_repo[a]);
	strbuf_add(out, &d, sizeof(d));
}

static void put_summary(struct strbuf *out, struct strbuf *strings,
			const struct seat_state *s, int a)
{
	const struct seat_summary *from = &s->summary[a];
	struct disk_summary d;

	memset(&d, 0, sizeof(d)); /* the padding, too, is part of the sum */
	d.first_seen_at = from->first_seen_at;
	d.late_s = from->late_s;
	d.submissions = from->submissions;
	d.verdict = (uint8_t)from->verdict;
	d.flags = (uint8_t)((from->moved ? FLAG_MOVED : 0) |
			    (from->packed ? FLAG_PACKED : 0) |
			    (from->checked ? FLAG_CHECKED : 0) |
			    (from->published ? FLAG_PUBLISHED : 0) |
			    (from->validated ? FLAG_VALIDATED : 0) |
			    (from->conforms ? FLAG_CONFORMS : 0));
	d.version = from->version[0] ? put_string(strings, from->version) : 0;
	memcpy(d.commit, from->commit, sizeof(d.commit));
	d.record = s->record[a];
	strbuf_add(out, &d, sizeof(d));
}

static void put_header(struct strbuf *out, const struct snapshot_key *key,
		       size_t seat_count)
{
	struct disk_header h;

	memset(&h, 0, sizeof(h));
	memcpy(h.magic, magic, sizeof(magic));
	h.endian = ENDIAN_MARK;
	h.version = SNAPSHOT_VERSION;
	memcpy(h.binary, key->binary, sizeof(h.binary));
	h.made_ns = key->made_ns;
	h.head = key->head;
	h.seat_count = (uint32_t)seat_count;
	for (int i = 0; i < CONFIG_COUNT; i++) {
		const struct config_seen *f = &key->files[i];

		h.files[i] =
			(struct disk_file){ f->key.ino,	     f->key.size,
					    f->key.mtime_ns, f->key.ctime_ns,
					    f->sum,	     f->seen,
					    f->head };
	}
	strbuf_add(out, &h, sizeof(h));
}

static void pad(struct strbuf *out)
{
	static const char zeros[8];

	strbuf_add(out, zeros, (8 - out->len % 8) % 8);
}

int snapshot_write(const struct snapshot_key *key, const struct roster *roster,
		   const struct seat_state *states, struct strbuf *out,
		   struct err *err)
{
	AUTO(strbuf_releasep)
	struct strbuf strings = { .max = SNAPSHOT_SIZE_MAX };
	struct disk_header *h;

	if (roster->count > SEATS_MAX)
		return err_set(err, ERR_LIMIT, "too many seats");
	out->max = SNAPSHOT_SIZE_MAX;
	put_string(&strings, "");
	put_header(out, key, roster->count);
	for (size_t i = 0; i < roster->count; i++)
		put_seat(out, &strings, &roster->seats[i]);
	pad(out);
	for (size_t i = 0; i < roster->count; i++) {
		for (int a = 0; a < ARTIFACT_COUNT; a++)
			put_summary(out, &strings, &states[i], a);
	}
	pad(out);
	strbuf_add(out, strings.data, strings.len);
	if (strbuf_check(&strings, err) < 0 || strbuf_check(out, err) < 0)
		return (int)err->code;
	h = (struct disk_header *)(void *)out->data;
	h->strings_len = strings.len;
	snapshot_seal(out->data, out->len);
	return 0;
}

/* ---- reading: nothing is believed before it was checked */

static size_t padded(size_t size)
{
	return (size + 7) / 8 * 8;
}

static bool header_is_ours(const struct disk_header *h, size_t len)
{
	return memcmp(h->magic, magic, sizeof(magic)) == 0 &&
	       h->endian == ENDIAN_MARK && h->version == SNAPSHOT_VERSION &&
	       h->size == len && h->seat_count <= SEATS_MAX &&
	       h->strings_len > 0 && h->strings_len <= len &&
	       h->strings_len < NO_STRING;
}

static bool string_is_whole(const struct snapshot *s, uint32_t at)
{
	return at < s->strings_len;
}

static bool seat_is_whole(const struct snapshot *s, const struct disk_seat *d)
{
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		if (d->artifact_repo[a] != NO_STRING &&
		    !string_is_whole(s, d->artifact_repo[a]))
			return false;
	}
	return d->mode <= SEAT_ASYNC && d->status <= SEAT_WITHDRAWN &&
	       string_is_whole(s, d->handle) && string_is_whole(s, d->name) &&
	       string_is_whole(s, d->zone) && string_is_whole(s, d->repo) &&
	       string_is_whole(s, d->suffix);
}

static bool parts_are_whole(const struct snapshot *s)
{
	const struct disk_seat *seats = s->seats;
	const struct disk_summary *sums = s->summaries;

	if (s->strings[s->strings_len - 1] != '\0')
		return false;
	for (size_t i = 0; i < s->seat_count; i++) {
		if (!seat_is_whole(s, &seats[i]))
			return false;
	}
	for (size_t i = 0; i < s->seat_count * ARTIFACT_COUNT; i++) {
		if (!string_is_whole(s, sums[i].version) ||
		    sums[i].verdict > VERDICT_ERROR ||
		    sums[i].commit[OID_HEX_SIZE - 1] != '\0')
			return false;
	}
	return true;
}

static void read_key(const struct disk_header *h, struct snapshot_key *key)
{
	memset(key, 0, sizeof(*key));
	memcpy(key->binary, h->binary, sizeof(key->binary));
	key->made_ns = h->made_ns;
	key->head = h->head;
	for (int i = 0; i < CONFIG_COUNT; i++) {
		const struct disk_file *f = &h->files[i];

		key->files[i].key =
			(struct file_key){ f->ino, f->size, f->mtime_ns,
					   f->ctime_ns };
		key->files[i].sum = f->sum;
		key->files[i].seen = f->seen;
		key->files[i].head = f->head;
	}
}

bool snapshot_open(const void *bytes, size_t len, struct snapshot *out)
{
	const char *p = bytes;
	const struct disk_header *h = bytes;
	struct snapshot s;
	size_t summaries_at, strings_at;

	if (len < sizeof(*h) || !header_is_ours(h, len))
		return false;
	summaries_at =
		padded(sizeof(*h) + h->seat_count * sizeof(struct disk_seat));
	strings_at = padded(summaries_at + h->seat_count * ARTIFACT_COUNT *
						   sizeof(struct disk_summary));
	if (strings_at > len || len - strings_at != h->strings_len ||
	    h->sum != snapshot_sum(p + SUMMED_FROM, len - SUMMED_FROM))
		return false;
	read_key(h, &s.key);
	s.seat_count = h->seat_count;
	s.seats = p + sizeof(*h);
	s.summaries = p + summaries_at;
	s.strings = p + strings_at;
	s.strings_len = h->strings_len;
	if (!parts_are_whole(&s))
		return false;
	*out = s;
	return true;
}

static void get_seat(const struct snapshot *s, const struct disk_seat *d,
		     struct seat *out)
{
	*out = (struct seat){
		.number = d->number,
		.handle = s->strings + d->handle,
		.name = s->strings + d->name,
		.mode = (enum seat_mode)d->mode,
		.status = (enum seat_status)d->status,
		.zone = s->strings + d->zone,
		.repo = s->strings + d->repo,
		.suffix = s->strings + d->suffix,
	};
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		if (d->artifact_repo[a] != NO_STRING)
			out->artifact_repo[a] =
				s->strings + d->artifact_repo[a];
	}
}

int snapshot_roster(const struct snapshot *s, struct roster **out,
		    struct err *err)
{
	AUTO(roster_freep) struct roster *r = calloc(1, sizeof(*r));
	const struct disk_seat *seats = s->seats;

	if (!r)
		return err_nomem(err);
	r->seats =
		arena_calloc(&r->arena, s->seat_count + 1, sizeof(*r->seats));
	if (!r->seats)
		return err_nomem(err);
	r->count = s->seat_count;
	for (size_t i = 0; i < s->seat_count; i++) {
		get_seat(s, &seats[i], &r->seats[i]);
		if (map_put(&r->by_handle, r->seats[i].handle, &r->seats[i]) <
		    0)
			return err_nomem(err);
	}
	*out = r;
	r = NULL;
	return 0;
}

void snapshot_state(const struct snapshot *s, size_t index,
		    struct seat_state *out)
{
	const struct disk_summary *d = s->summaries;

	d += index * ARTIFACT_COUNT;
	for (int a = 0; a < ARTIFACT_COUNT; a++, d++) {
		struct seat_summary *to = &out->summary[a];

		to->submissions = d->submissions;
		to->version = s->strings + d->version;
		memcpy(to->commit, d->commit, sizeof(to->commit));
		to->first_seen_at = d->first_seen_at;
		to->late_s = d->late_s;
		to->moved = d->flags & FLAG_MOVED;
		to->packed = d->flags & FLAG_PACKED;
		to->checked = d->flags & FLAG_CHECKED;
		to->verdict = (enum verdict)d->verdict;
		to->published = d->flags & FLAG_PUBLISHED;
		to->validated = d->flags & FLAG_VALIDATED;
		to->conforms = d->flags & FLAG_CONFORMS;
		out->record[a] = d->record;
	}
}
