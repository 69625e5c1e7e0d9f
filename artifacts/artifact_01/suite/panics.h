#ifndef ARTIFACT_01_PANICS_H
#define ARTIFACT_01_PANICS_H

/* The statements about panics, E27 and E28. */
void panic_in_poll(void);
void panic_in_drop(void);

#endif
