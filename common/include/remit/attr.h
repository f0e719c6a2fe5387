/*
 * attr.h - the few macros that every header needs: must-use results, cleanup by scope, counts.
 *
 * Compiles alone as C and as C++ (where the cleanup macros are unused).
 */
#pragma once

#define REMIT_MUST_USE     __attribute__((warn_unused_result))
#define REMIT_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define REMIT_NORETURN     __attribute__((noreturn))
#define REMIT_API          __attribute__((visibility("default")))
#define REMIT_AUTO(drop)   __attribute__((cleanup(drop)))
#define REMIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* For our own bugs only, in every build; bytes from outside never reach one. */
#define REMIT_REQUIRE(cond) ((cond) ? (void)0 : remit_require_failed(#cond, __FILE__, __LINE__))

#ifdef __cplusplus
extern "C" {
#endif

REMIT_API REMIT_NORETURN void remit_require_failed(const char *cond, const char *file, int line);

#ifdef __cplusplus
}
#endif
