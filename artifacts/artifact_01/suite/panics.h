#ifndef ARTIFACT_01_PANICS_H
#define ARTIFACT_01_PANICS_H

/* The statements about panics, E27 and E28. */
void panic_in_poll(void);
void panic_in_drop(void);

/*
 * From one to the other, a library that ends the process by a signal of its
 * own, as Rust does, keeps the statement.
 */
void may_end(void);
void goes_on(void);

#endif
