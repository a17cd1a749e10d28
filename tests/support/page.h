/* Pages of synthetic folders; one of them, of a study whose author wrote to do harm, is written once a program. */
#ifndef FL_TESTS_PAGE_H
#define FL_TESTS_PAGE_H

#include "support/fixtures.h"

#define HOSTILE "</title></svg><script>document.title='x'</script> & \\\"why\\\""

/* Two arms of five trials, one of them named to do harm; and its page. Tests change neither. */
extern fixture hostile;
extern char *hostile_page;

/* For test_run: make and remove them. */
int page_set_up(void **state);
int page_tear_down(void **state);

/* Pages without figures test little. */
bool page_has_gnuplot(void);
#define PAGE_NO_GNUPLOT "gnuplot is not installed, so the page's figures are not tested"

/* The hostile folder once more, for whoever changes it. */
void hostile_begin(fixture *s);

/* All trials have been added. */
void page_finish(fixture *s);

/* Write the page of a fixture and return it, to be freed. */
char *write_page(const fixture *s);

/* The page contains `part`; a page is too long to be in the message. */
#define assert_holds(page, part)                                                                                       \
    do {                                                                                                               \
        if (!strstr((page), (part))) fail_msg("the page lacks '%s'", (part));                                          \
    } while (0)

/* Where each of `parts` begins comes after where the one before it did. */
void assert_order(const char *page, const char *const *parts);

size_t count_of(const char *page, const char *part);

#endif
