#include "support/plugin.h"
#include "support/test.h"

#include "base/text.h"

void plugin_make(const char *compiler, const char *source, const char *flags, const char *folder, const char *object)
{
    setenv("ASAN_OPTIONS", "handle_segv=0", 1); /* what crashes is the program's to tell */
    fl_text line = { 0 };
    fl_text_add(&line, "PATH=/usr/local/bin:/usr/bin:/bin; command -v %s >/dev/null || exit 77; ", compiler);
    fl_text_add(&line,
                "%s -O2 -ffp-contract=off -Wall -Wextra -Werror -Wno-missing-field-initializers %s -shared -fPIC -I "
                "%s/include %s/tests/support/own/%s -o %s/%s",
                compiler, flags, FL_BUILD_DIR, FL_SOURCE_DIR, source, folder, object);
    int status = system(line.bytes);
    fl_text_free(&line);
    if (WEXITSTATUS(status) == 77) test_skip("there is no %s to compile a plug-in with", compiler);
    assert_int_equal(status, 0);
}
