#include "model/zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/zone_rule.h"

/* Limits of a file we believe; the largest of tzdata has some 240 and 20. */
enum {
	TRANSITIONS_MAX = 4096,
	TYPES_MAX = 256,
	HEADER_SIZE = 44,
	OFFSET_MAX = 26 * 3600
};

struct zone {
	char name[ZONE_NAME_MAX];
	int64_t *at; /* ascending */
	uint8_t *type;
	size_t count;
	int32_t offset[TYPES_MAX];
	size_t type_count;
	bool counts_leaps;
	bool has_rule; /* what holds after the last transition */
	struct zone_rule rule;
};

/* The counts of a TZif header, in the order in which they stand there. */
struct header {
	uint32_t isut;
	uint32_t isstd;
	uint32_t leap;
	uint32_t time;
	uint32_t type;
	uint32_t chars;
};

struct input {
	const unsigned char *p;
	size_t left;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int64_t be_signed(const unsigned char *p, size_t size)
{
	uint64_t high = be32(p);

	if (size == 4)
		return (int32_t)(uint32_t)high;
	return (int64_t)(high << 32 | be32(p + 4));
}

static bool take(struct input *in, size_t len, const unsigned char **out)
{
	if (in->left < len)
		return false;
	*out = in->p;
	in->p += len;
	in->left -= len;
	return true;
}

static bool read_header(struct input *in, unsigned char *version,
			struct header *h)
{
	const unsigned char *p;

	if (!take(in, HEADER_SIZE, &p) || memcmp(p, "TZif", 4) != 0)
		return false;
	*version = p[4];
	h->isut = be32(p + 20);
	h->isstd = be32(p + 24);
	h->leap = be32(p + 28);
	h->time = be32(p + 32);
	h->type = be32(p + 36);
	h->chars = be32(p + 40);
	return h->time <= TRANSITIONS_MAX && h->type >= 1 &&
	       h->type <= TYPES_MAX && h->chars <= 4096 && h->leap <= 4096 &&
	       h->isut <= TYPES_MAX && h->isstd <= TYPES_MAX;
}

static size_t block_size(const struct header *h, size_t time_size)
{
	return h->time * (time_size + 1) + h->type * 6 + h->chars +
	       h->leap * (time_size + 4) + h->isstd + h->isut;
}

static bool read_types(struct zone *z, const struct header *h,
		       const unsigned char *types)
{
	for (size_t i = 0; i < h->type; i++) {
		z->offset[i] = (int32_t)be_signed(types + 6 * i, 4);
		if (z->offset[i] < -OFFSET_MAX || z->offset[i] > OFFSET_MAX)
			return false;
	}
	z->type_count = h->type;
	return true;
}

static bool read_block(struct zone *z, struct input *in, const struct header *h,
		       size_t time_size)
{
	const unsigned char *p;

	if (!take(in, block_size(h, time_size), &p))
		return false;
	if (!read_types(z, h, p + h->time * (time_size + 1)))
		return false;
	for (size_t i = 0; i < h->time; i++) {
		z->at[i] = be_signed(p + i * time_size, time_size);
		z->type[i] = p[h->time * time_size + i];
		if (z->type[i] >= h->type ||
		    (i > 0 && z->at[i] <= z->at[i - 1]))
			return false;
	}
	z->count = h->time;
	z->counts_leaps = h->leap > 0;
	return true;
}

/* "\nRULE\n" after a block of version 2 or later; empty: nothing is known. */
static bool read_footer(struct zone *z, const struct input *in)
{
	const char *text = (const char *)in->p;
	const char *end;
	char rule[ZONE_RULE_MAX];
	size_t len;

	if (in->left < 2 || text[0] != '\n')
		return false;
	end = memchr(text + 1, '\n', in->left - 1);
	if (!end)
		return false;
	len = (size_t)(end - text) - 1;
	if (len == 0)
		return true;
	if (len >= sizeof(rule))
		return false;
	memcpy(rule, text + 1, len);
	rule[len] = '\0';
	z->has_rule = zone_rule_parse(rule, &z->rule);
	return z->has_rule;
}

static bool read_all(struct zone *z, struct input *in)
{
	const unsigned char *skipped;
	unsigned char version, again;
	struct header h;

	if (!read_header(in, &version, &h))
		return false;
	if (version == 0)
		return read_block(z, in, &h, 4);
	return take(in, block_size(&h, 4), &skipped) &&
	       read_header(in, &again, &h) && read_block(z, in, &h, 8) &&
	       read_footer(z, in);
}

int zone_read(const char *name, const void *bytes, size_t len,
	      struct zone **out, struct err *err)
{
	struct input in = { bytes, len };
	AUTO(zone_freep) struct zone *z = calloc(1, sizeof(*z));

	if (!z || strlen(name) >= sizeof(z->name))
		return z ? err_set(err, ERR_LIMIT, "time zone name too long")
			 : err_nomem(err);
	memcpy(z->name, name, strlen(name) + 1);
	z->at = calloc(TRANSITIONS_MAX, sizeof(*z->at));
	z->type = calloc(TRANSITIONS_MAX, sizeof(*z->type));
	if (!z->at || !z->type)
		return err_nomem(err);
	if (!read_all(z, &in))
		return err_set(err, ERR_FORMAT,
			       "time zone '%s' is not in the TZif format",
			       name);
	/* its instants are not those of the clock: 27 seconds off by 2017 */
	if (z->counts_leaps)
		return err_set(err, ERR_FORMAT,
			       "time zone '%s' counts leap seconds", name);
	*out = z;
	z = NULL;
	return 0;
}

void zone_free(struct zone *z)
{
	if (!z)
		return;
	free(z->at);
	free(z->type);
	free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* How many transitions happened by T. */
static size_t passed(const struct zone *z, int64_t t)
{
	size_t low = 0, high = z->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->at[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int32_t zone_offset(const struct zone *z, int64_t t)
{
	size_t n = passed(z, t);

	if (n == z->count && z->has_rule)
		return zone_rule_offset(&z->rule, t);
	/* before the first one, type 0 holds (RFC 9636, 3.2) */
	return z->offset[n == 0 ? 0 : z->type[n - 1]];
}

struct civil zone_local(const struct zone *z, int64_t t)
{
	return civil_from_unix(t + zone_offset(z, t));
}

static void add_instant(int64_t out[2], int *count, int64_t t)
{
	for (int i = 0; i < *count; i++) {
		if (out[i] == t)
			return;
	}
	if (*count == 2)
		return;
	out[(*count)++] = t;
	if (*count == 2 && out[1] < out[0]) {
		out[1] = out[0];
		out[0] = t;
	}
}

int zone_instants(const struct zone *z, const struct civil *c, int64_t out[2])
{
	int64_t wall = civil_to_unix(c);
	int count = 0;

	/*
	 * The offset in force lies among those around: no zone is more than
	 * OFFSET_MAX from UTC, and none changes twice in that time.
	 */
	for (int side = -1; side <= 1; side++) {
		int64_t near = wall + (int64_t)side * OFFSET_MAX;
		int64_t t = wall - zone_offset(z, near);

		if (t + zone_offset(z, t) == wall)
			add_instant(out, &count, t);
	}
	return count;
}
