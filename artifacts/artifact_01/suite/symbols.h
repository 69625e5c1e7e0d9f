#ifndef ARTIFACT_01_SYMBOLS_H
#define ARTIFACT_01_SYMBOLS_H

/* Names for places of the library, from the symbols in its file. */

#include <stddef.h>
#include <stdint.h>

/*
 * Write to OUT, of SIZE bytes, which function has the address AT, and how far
 * into it that is; BASE is where the library was loaded.  Rust's names are
 * written as Rust has them.  The address alone, if the file does not tell.
 * Not for two threads at a time.
 */
void symbol_write(char *out, size_t size, uintptr_t at, uintptr_t base);

#endif
