#include "suite.h"
const struct statement rest_statements[] = { { 0 } };
