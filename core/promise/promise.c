/* The list of promises, and one of them checked. */
#include "promise/promise.h"
#include "promise/course.h"

#define X(name) extern const fl_promise fl_promise_##name;
#include "promise/list.h"
#undef X

const fl_promise *const *fl_promises(void)
{
    static const fl_promise *const all[] = {
#define X(name) &fl_promise_##name,
#include "promise/list.h"
#undef X
        NULL,
    };
    return all;
}

bool fl_promise_kept(const fl_promise *promise, const fl_optimizer *rule, fl_error *why)
{
    if (promise->concerns && !promise->concerns(rule)) return true;
    bool kept = promise->kept(rule, why);
    bool guarded = fl_promise_course_guarded();
    return guarded ? kept : fl_error_user(why, "it wrote beyond what it was lent");
}
