/* What --version prints: the build, every backend's library, and those of the programs. */
#include "say/version.h"
#include "base/text.h"
#include "backend/backend.h"
#include "record/build.h"

#include <stdio.h>

int version_print(const char *program)
{
    printf("%s %s%s%s%s\ncompiler  %s %s\n", program, fl_record_build_version,
           *fl_record_build_commit ? " (commit " : "", fl_record_build_commit, *fl_record_build_commit ? ")" : "",
           fl_record_build_compiler, fl_record_build_flags);
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_text words = { 0 };
        fl_error why;
        bool usable = (*b)->usable(FL_BACKEND_F32, &why);
        if (usable) (*b)->describe(&words);
        printf("%-9s %s\n", (*b)->entry.name, usable ? words.bytes : why.text);
        fl_text_free(&words);
    }
    return 0;
}
