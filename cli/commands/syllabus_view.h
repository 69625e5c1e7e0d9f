#ifndef COMMANDS_SYLLABUS_VIEW_H
#define COMMANDS_SYLLABUS_VIEW_H

#include "base/finding.h"
#include "base/json.h"
#include "commands/schedule_view.h"
#include "model/curriculum.h"

/* What `cohort syllabus` shows, as views. */
struct syllabus {
	const struct curriculum *curriculum;
	struct timetable table;
	int week; /* the present one */
};

/* All weeks, or with ONLY that one in full.  NULL without memory. */
json_t *syllabus_view(const struct syllabus *p, int only);

json_t *syllabus_findings_view(const struct findings *found);

#endif
