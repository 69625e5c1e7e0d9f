#ifndef ARTIFACT_01_API_H
#define ARTIFACT_01_API_H

/* Load the library; what is wrong with it ends the process by fail(). */
void api_load(const char *path);

/* An address of the library's code. */
void *api_code(void);

/*
 * Keep the functions that were loaded aside, and take those that were kept.
 * So two libraries can be called in turn.
 */
void api_swap(void);

#endif
