#include "suite.h"
const struct statement channel_statements[] = { { 0 } };
