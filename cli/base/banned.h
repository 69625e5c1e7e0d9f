#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/*
 * Functions the program does not call, and what it calls instead.  The gcc
 * build forces this file in front of every source of ours.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(instead) __attribute__((deprecated("banned here; use " instead)))

char *strcpy(char *dst, const char *src) BANNED("strbuf");
char *strcat(char *dst, const char *src) BANNED("strbuf");
char *strncpy(char *dst, const char *src, size_t n) BANNED("strbuf");
char *strncat(char *dst, const char *src, size_t n) BANNED("strbuf");
int sprintf(char *dst, const char *fmt, ...) BANNED("snprintf or strbuf");
int vsprintf(char *dst, const char *fmt, va_list ap) BANNED("vsnprintf");
char *strtok(char *s, const char *delim) BANNED("strcspn");
int atoi(const char *s) BANNED("parse_u32");
long atol(const char *s) BANNED("parse_u64");
int system(const char *cmd) BANNED("process_run");
FILE *popen(const char *cmd, const char *mode) BANNED("process_run");
char *tmpnam(char s[L_tmpnam]) BANNED("file_temp");
struct tm *localtime(const time_t *t) BANNED("zone_local");
struct tm *gmtime(const time_t *t) BANNED("civil_from_unix");

#endif
