#ifndef VERSION_H
#define VERSION_H

#define COHORT_VERSION "0.1.0"

#endif
