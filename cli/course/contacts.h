#ifndef COURSE_CONTACTS_H
#define COURSE_CONTACTS_H

#include <stddef.h>

struct change;
struct err;
struct workspace;

/*
 * config/contacts.yaml: e-mail, legal name and whatever else is private, by
 * handle.  Git-ignored, mode 0600, refused when others can read it; nothing
 * from it is ever printed, logged or committed.
 */
struct contact {
	const char *handle;
	const char *email;	/* NULL: as it was; "": cleared */
	const char *legal_name; /* likewise */
};

/*
 * Put the file with COUNT contacts changed into C, the change that names the
 * students; nothing if nothing is said of them.
 */
int contacts_put(struct workspace *ws, struct change *c,
		 const struct contact *contacts, size_t count, struct err *err);

#endif
