/* Allocation that succeeds or ends the process, and the arena. */
#include "support/dies.h"

#include "base/arena.h"
#include "base/memory.h"

/* AddressSanitizer asks this of the program: let malloc fail as it does without it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static bool is_zero(const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((const unsigned char *)bytes)[i]) return false;
    return true;
}

/* Sizes around the alignment of 64 and around the arena's block of a megabyte. */
static const size_t sizes[] = { 1, 63, 64, 65, 1000, 0, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20, 7 };
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static void every_piece_is_zero_and_aligned(void **state)
{
    fl_arena *arena = fl_arena_new();
    for (size_t i = 0; i < N_SIZES; i++) {
        unsigned char *piece = fl_arena_bytes(arena, sizes[i]);
        assert_int_equal((uintptr_t)piece % 64, 0);
        assert_true(is_zero(piece, sizes[i]));
        memset(piece, 0xff, sizes[i]); /* so that a later piece that overlaps is not zero */
    }
    fl_arena_free(arena);
}

static void pieces_do_not_overlap(void **state)
{
    fl_arena *arena = fl_arena_new();
    unsigned char *pieces[N_SIZES];
    for (size_t i = 0; i < N_SIZES; i++) memset(pieces[i] = fl_arena_bytes(arena, sizes[i]), (int)i, sizes[i]);
    for (size_t i = 0; i < N_SIZES; i++)
        for (size_t k = 0; k < sizes[i]; k++) assert_true(pieces[i][k] == i);
    fl_arena_free(arena);
}

/* Each piece counts as its size rounded up to 64. */
static void the_arena_knows_what_it_gave(void **state)
{
    fl_arena *arena = fl_arena_new();
    assert_int_equal(fl_arena_used(arena), 0);
    fl_arena_bytes(arena, 1);
    fl_arena_floats(arena, 17);
    assert_int_equal(fl_arena_used(arena), 64 + 128);
    fl_arena_free(arena);
    fl_arena_free(NULL);
}

static void new_memory_is_zero_and_grown_memory_keeps_its_contents(void **state)
{
    uint64_t *numbers = fl_memory_new(1000, sizeof *numbers);
    assert_true(is_zero(numbers, 1000 * sizeof *numbers));
    for (uint64_t i = 0; i < 1000; i++) numbers[i] = i;
    numbers = fl_memory_grow(numbers, 100000, sizeof *numbers);
    for (uint64_t i = 0; i < 1000; i++) assert_int_equal(numbers[i], i);
    free(numbers);
}

static void nothing_can_be_asked_for(void **state)
{
    void *nothing = fl_memory_new(0, 8);
    assert_non_null(nothing);
    assert_non_null(nothing = fl_memory_grow(nothing, 0, 8));
    free(nothing);
}

static void a_copied_text_is_another_text(void **state)
{
    const char *text = "fairlead";
    char *copy = fl_memory_copy_text(text);
    assert_string_equal(copy, text);
    assert_ptr_not_equal(copy, text);
    free(copy);
    assert_null(fl_memory_copy_text(NULL));
}

static void ask_for_too_much(void)
{
    fl_memory_new(SIZE_MAX / 2, 4);
}

static void grow_too_much(void)
{
    fl_memory_grow(NULL, SIZE_MAX / 2, 4);
}

static void ask_the_arena_for_too_much(void)
{
    fl_arena_floats(fl_arena_new(), SIZE_MAX / 2);
}

static void no_memory_ends_the_process_with_a_sentence(void **state)
{
    assert_gives_up(ask_for_too_much, "no memory for 9223372036854775807 elements of 4 bytes");
    assert_gives_up(grow_too_much, "no memory for 9223372036854775807 elements of 4 bytes");
    assert_gives_up(ask_the_arena_for_too_much, "no memory for 9223372036854775807 floats");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_zero_and_aligned),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(the_arena_knows_what_it_gave),
        cmocka_unit_test(new_memory_is_zero_and_grown_memory_keeps_its_contents),
        cmocka_unit_test(nothing_can_be_asked_for),
        cmocka_unit_test(a_copied_text_is_another_text),
        cmocka_unit_test(no_memory_ends_the_process_with_a_sentence),
    };
    return test_run(tests, NULL, NULL);
}
