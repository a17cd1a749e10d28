#include "support/study.h"

fl_study *study_of_text(const char *text, const fl_study_overrides *overrides)
{
    fl_error error;
    fl_study *study = fl_study_load_text("study", text, overrides, &error);
    if (!study) fail_msg("%s", error.text);
    return study;
}

fl_study *study_of(const char *text, const fl_study_overrides *overrides)
{
    char *copy = strdup(text);
    test_quote(copy);
    fl_study *study = study_of_text(copy, overrides);
    free(copy);
    return study;
}
