#ifndef MODEL_RECEIPT_H
#define MODEL_RECEIPT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "model/artifact.h"

struct err;
struct node;
struct strbuf;

/*
 * What a student keeps of a submission.  Everything in it follows from the
 * annotated tag, byte for byte as git stores it, so the same commit gives the
 * same receipt, and anybody can check one without a network: the tag's text
 * has the hash that names it, and says what the receipt says.
 *
 * The tag's message is ours:
 *
 *	kov-ada 0.1.0
 *
 *	cohort: 2027-winter
 *	handle: ada
 *	artifact: artifact_01
 *	crate: kov-ada
 *	version: 0.1.0
 *	previous: 3b8863a414af79b0ccd6489976c93940ca3056b0
 *
 * The last line, which a first submission does not have, names the tag object
 * of the one before, so receipts are a chain: nobody can put one in later.
 */
enum {
	RECEIPT_ID_SIZE = 96,
	RECEIPT_OBJECT_MAX = 64 << 10
};

struct receipt {
	struct arena arena;
	char id[RECEIPT_ID_SIZE]; /* "R-ada-artifact_01-0.1.0-9f2c41d0" */
	const char *cohort;
	const char *handle;
	enum artifact artifact;
	const char *crate;
	const char *version;
	const char *previous;	/* 40 hex digits, or "" */
	const char *tag;	/* "artifact_01/v0.1.0" */
	const char *commit;	/* 40 hex digits */
	const char *tag_object; /* 40 hex digits */
	const char *tagged_at;	/* RFC 3339, by the student's clock */
	const char *object;	/* the tag object's content */
};

/*
 * The message of the tag of a submission, from R's fields down to `previous`;
 * no other needs to be set.
 */
int receipt_message(const struct receipt *r, struct strbuf *out,
		    struct err *err);

/*
 * From a tag object's content and name.  ERR_FORMAT if it is not such a tag;
 * whether the name belongs to the content is receipt_check()'s.
 */
int receipt_from_tag(const char *object, size_t len, const char *tag_object,
		     struct receipt **out, struct err *err);

/* A receipt's file, and back. */
int receipt_write(const struct receipt *r, struct strbuf *out, struct err *err);
int receipt_read(const struct node *root, struct receipt **out,
		 struct err *err);

/*
 * A receipt that was read: does all it says follow from the tag's text?
 * OBJECT_NAME is what that text hashes to as a git tag.  ERR_REFUSED names what
 * does not fit.
 */
int receipt_check(const struct receipt *r, const char *object_name,
		  struct err *err);

void receipt_free(struct receipt *r);
AUTO_DEFINE(struct receipt *, receipt_free)

#endif
