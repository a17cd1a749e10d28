/* A backend whose library was missing when Fairlead was built stays in the registry and says so: its file takes these
 * three functions instead of its own. */
#ifndef FL_BACKEND_ABSENT_H
#define FL_BACKEND_ABSENT_H

#define FL_BACKEND_ABSENT(backend, library, package)                                                                   \
    static bool usable(fl_backend_precision precision, fl_error *error)                                                \
    {                                                                                                                  \
        return fl_error_user(error, "backend '%s' is not there: Fairlead was built without %s (package %s)", backend,  \
                             library, package);                                                                        \
    }                                                                                                                  \
    static bool start(unsigned threads, fl_error *error)                                                               \
    {                                                                                                                  \
        return usable(FL_BACKEND_F32, error);                                                                          \
    }                                                                                                                  \
    static void describe(fl_text *text)                                                                                \
    {                                                                                                                  \
        fl_text_add(text, "built without %s", library);                                                                \
    }

#endif
