#ifndef COMMANDS_ARTIFACT_ARG_H
#define COMMANDS_ARTIFACT_ARG_H

#include "model/artifact.h"

struct err;

/* The artifact that S names; ERR_USAGE lists them. */
int artifact_required(const char *s, enum artifact *out, struct err *err);

#endif
