#ifndef REFERENCE_EXECUTOR_JOIN_H
#define REFERENCE_EXECUTOR_JOIN_H

#include "cohort_executor.h"

struct link;

/* The task of these joins has ended like that: wake whoever waits. */
void joins_finish(struct link **joins, enum cx_end end);

#endif
