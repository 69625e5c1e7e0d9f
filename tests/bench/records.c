/*
 * records SEATS: a stream for git fast-import that adds, in one commit on top
 * of main, the records of three artifacts for so many seats (s00001, ...), as
 * a term of collecting, checking and publishing leaves them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "model/artifact.h"
#include "model/record.h"

enum {
	FIRST_SEEN = 1800000000 /* 2027-01-15T08:00:00Z */
};

static void hex_fill(char *out, size_t digits, unsigned seed)
{
	for (size_t i = 0; i < digits; i++) {
		seed = seed * 69069 + 1;
		out[i] = "0123456789abcdef"[seed >> 28];
	}
	out[digits] = '\0';
}

static int fill(struct record *r, enum artifact a, unsigned seat,
		struct err *err)
{
	struct gate_result gates[] = {
		{ .gate = "metadata", .tool = "cohort 0.1.0" },
		{ .gate = "build", .tool = "rustc 1.96.0" },
		{ .gate = "semver",
		  .verdict = VERDICT_SKIPPED,
		  .reason = "first release" },
	};
	struct check check = { .n = 1,
			       .at = FIRST_SEEN + 3600,
			       .gates = gates,
			       .gate_count = ARRAY_LEN(gates) };
	struct submission s = { .n = 1,
				.version = "0.1.0",
				.claimed_at = FIRST_SEEN - 7200,
				.not_seen_at = FIRST_SEEN - 3600,
				.first_seen_at = FIRST_SEEN,
				.gone_at = RECORD_NEVER,
				.package_size = 12345 };
	char tag[64];

	snprintf(tag, sizeof(tag), "artifact_0%d/v0.1.0", (int)a + 1);
	s.tag = tag;
	hex_fill(s.tag_object, OID_HEX_SIZE - 1, seat * 3 + (unsigned)a);
	hex_fill(s.commit, OID_HEX_SIZE - 1, seat * 5 + (unsigned)a);
	hex_fill(s.package_sha256, SHA256_HEX_SIZE - 1, seat * 7 + (unsigned)a);
	if (record_add_submission(r, &s, err) < 0 ||
	    record_set_check(r, &check, err) < 0)
		return err->code;
	return 0;
}

static int print_record(enum artifact a, unsigned seat, struct err *err)
{
	AUTO(record_freep) struct record *r = NULL;
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	char handle[32];

	snprintf(handle, sizeof(handle), "s%05u", seat);
	if (record_new(a, handle, &r, err) < 0 || fill(r, a, seat, err) < 0 ||
	    record_write(r, &text, err) < 0)
		return err->code;
	printf("M 100644 inline artifacts/artifact_0%d/%s.json\ndata %zu\n%s\n",
	       (int)a + 1, handle, text.len, strbuf_str(&text));
	return 0;
}

int main(int argc, char **argv)
{
	unsigned seats = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct err err = { 0 };

	if (seats == 0) {
		fprintf(stderr, "usage: records SEATS\n");
		return 2;
	}
	printf("commit refs/heads/main\n"
	       "committer Ada Instructor <ada@example.org> %d +0000\n"
	       "data 10\na term ago\nfrom refs/heads/main^0\n",
	       FIRST_SEEN);
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		for (unsigned i = 1; i <= seats; i++) {
			if (print_record((enum artifact)a, i, &err) < 0) {
				fprintf(stderr, "records: %s\n", err.msg);
				return 1;
			}
		}
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
