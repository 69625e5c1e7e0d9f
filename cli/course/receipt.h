#ifndef COURSE_RECEIPT_H
#define COURSE_RECEIPT_H

#include <stdbool.h>

#include "model/receipt.h"

struct err;

/* What a receipt was held against, beside itself. */
struct receipt_verdict {
	struct receipt *receipt;
	bool in_repository; /* the tag is in the repository at hand */
	bool in_workspace;  /* there is a workspace at hand */
	bool collected;	    /* and it has this very tag */
};

/*
 * Verify the receipt in FILE, without a network: its tag's text hashes to its
 * name and says what the receipt says.  In a student's repository the tag is
 * looked for too, in a workspace the record.  ERR_REFUSED if it does not hold.
 */
int receipt_verify(const char *file, const char *dir,
		   struct receipt_verdict *out, struct err *err);
void receipt_verdict_release(struct receipt_verdict *v);
AUTO_RELEASE(struct receipt_verdict, receipt_verdict_release)

#endif
