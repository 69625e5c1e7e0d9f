#ifndef COURSE_CLOCKFACE_H
#define COURSE_CLOCKFACE_H

#include "model/zone.h"

struct err;

/* The zone of this name, from this machine's files. */
int clockface_zone(const char *name, struct zone **out, struct err *err);

/*
 * The reader's own zone: $TZ if it names one, else what /etc/localtime links
 * to or /etc/timezone says, else UTC.  Always the zone's name, never an
 * abbreviation.
 */
int clockface_reader(struct zone **out, struct err *err);

#endif
