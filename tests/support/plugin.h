/* Shared objects with optimizers, compiled by a test as a user would: by the system's compiler with the one header. */
#ifndef FL_TESTS_PLUGIN_H
#define FL_TESTS_PLUGIN_H

/* Compile tests/support/own/SOURCE into `folder`/`object` by `compiler` ("cc", "c++"), with `flags`; skips the test
 * where there is no compiler. */
void plugin_make(const char *compiler, const char *source, const char *flags, const char *folder, const char *object);

#endif
