#ifndef ARTIFACT_01_TELL_H
#define ARTIFACT_01_TELL_H

/*
 * Texts that a student's library may have written, to standard output, for
 * this program and the one that measures.
 */

/* A string of JSON, quotes included; bytes beyond ASCII count as Latin-1. */
void tell_json(const char *text);

/* For a terminal: what is not printable ASCII is a question mark. */
void tell_plain(const char *text);

#endif
