#ifndef REFERENCE_EXECUTOR_LINK_H
#define REFERENCE_EXECUTOR_LINK_H

/*
 * Lists whose members can leave from the middle, as a dropped op does while
 * the list it is on is being woken.  A head is one pointer, NULL when empty.
 * The order is not kept.
 */

#include <stddef.h>

struct link {
	struct link *next;
	struct link **at; /* what points here; NULL: on no list */
};

static inline void link_add(struct link **head, struct link *link)
{
	link->next = *head;
	link->at = head;
	if (link->next)
		link->next->at = &link->next;
	*head = link;
}

/* Nothing, if it is on no list. */
static inline void link_remove(struct link *link)
{
	if (!link->at)
		return;
	*link->at = link->next;
	if (link->next)
		link->next->at = link->at;
	link->at = NULL;
	link->next = NULL;
}

#endif
