#include "suite.h"
const struct statement timer_statements[] = { { 0 } };
