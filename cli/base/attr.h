#ifndef BASE_ATTR_H
#define BASE_ATTR_H

/*
 * The one language extension of the program, spelled once.
 *
 * AUTO(x_freep) before a local's declaration runs x_freep(&local) when the
 * local goes out of scope.  AUTO_DEFINE(type, x_free) makes that x_freep for
 * a pointer TYPE; x_free() is not called for NULL.
 */
#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_UNUSED __attribute__((unused))
#define ATTR_NORETURN __attribute__((noreturn))
#define ATTR_INLINE inline __attribute__((always_inline)) /* behind static */
#define ATTR_TARGET(what) __attribute__((target(what)))
#define AUTO(cleanup_fn) __attribute__((cleanup(cleanup_fn)))

#define AUTO_DEFINE(type, free_fn)                         \
	static inline ATTR_UNUSED void free_fn##p(type *p) \
	{                                                  \
		if (*p)                                    \
			free_fn(*p);                       \
	}

/* The same for storage the caller owns: x_release takes the address. */
#define AUTO_RELEASE(type, release_fn)                        \
	static inline ATTR_UNUSED void release_fn##p(type *p) \
	{                                                     \
		release_fn(p);                                \
	}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
