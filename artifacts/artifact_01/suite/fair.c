#include "suite.h"
const struct statement fair_statements[] = { { 0 } };
