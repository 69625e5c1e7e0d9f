#ifndef COURSE_DOT_FILE_H
#define COURSE_DOT_FILE_H

#include "model/dotcohort.h"

struct err;

/*
 * What .cohort.yaml in the folder DIR says, for dotcohort_free(); *OUT stays
 * as it was if there is none.
 */
int dot_file_read(const char *dir, struct dotcohort **out, struct err *err);

#endif
