#ifndef COMMANDS_XML_H
#define COMMANDS_XML_H

struct terminal;

/* Writing XML 1.0, for JUnit's reports. */

/*
 * Text, escaped.  Control characters have no place in XML, escaped or not, and
 * come out as '?'.
 */
void xml_print(struct terminal *t, const char *s);

/* ` NAME="VALUE"`; NAME is ours. */
void xml_attribute(struct terminal *t, const char *name, const char *value);

#endif
