#include "suite.h"
const struct statement io_statements[] = { { 0 } };
