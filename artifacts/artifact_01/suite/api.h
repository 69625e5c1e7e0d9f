#ifndef ARTIFACT_01_API_H
#define ARTIFACT_01_API_H

/* Load the library; what is wrong with it ends the process by fail(). */
void api_load(const char *path);

/*
 * Which of its functions the thread that loaded it is in, the innermost: where
 * the number of that is kept, for the process that looks on; and the name of
 * one, or NULL for none of them and for the runs, from which others are called.
 */
const void *api_call_at(void);
const char *api_call_name(unsigned char number);

/* An address of the library's code. */
void *api_code(void);

/*
 * Keep the functions that were loaded aside, and take those that were kept.
 * So two libraries can be called in turn.
 */
void api_swap(void);

#endif
