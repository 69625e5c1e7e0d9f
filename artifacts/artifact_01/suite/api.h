#ifndef ARTIFACT_01_API_H
#define ARTIFACT_01_API_H

/* Load the library; what is wrong with it ends the process by fail(). */
void api_load(const char *path);

#endif
