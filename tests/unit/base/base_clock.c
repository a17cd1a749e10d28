/* Time moves forward, and the date reads as records want it. */
#include "support/test.h"

#include "base/clock.h"

#include <time.h>

static void seconds_never_go_back(void **state)
{
    double last = fl_clock_seconds();
    for (size_t i = 0; i < 10000; i++) {
        double now = fl_clock_seconds();
        assert_true(now >= last);
        last = now;
    }
}

/* ISO 8601 in UTC, whatever the time zone. */
static void the_date_is_the_present_second_in_utc(void **state)
{
    char text[21];
    struct tm parts = { 0 };
    setenv("TZ", "Asia/Tokyo", 1);
    time_t before = time(NULL);
    fl_clock_date(text);
    assert_int_equal(strlen(text), 20);
    assert_ptr_equal(strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts), text + 20);
    time_t said = timegm(&parts);
    assert_true(said >= before && said <= time(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds_never_go_back),
        cmocka_unit_test(the_date_is_the_present_second_in_utc),
    };
    return test_run(tests, NULL, NULL);
}
