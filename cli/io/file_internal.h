#ifndef IO_FILE_INTERNAL_H
#define IO_FILE_INTERNAL_H

struct err;
struct stat;

/* For file.h's functions: a regular file opened for reading, or a code. */
int file_open_regular(const char *path, struct stat *st, struct err *err);

#endif
