/* Folders of class folders of pictures. */
#include "dataset/picture.h"
#include "dataset/source.h"
#include "support/folder.h"
#include "support/picture_bytes.h"

#include <sys/stat.h>

enum { HEIGHT = 2, WIDTH = 3, GREY = HEIGHT * WIDTH, COLOUR = 3 * GREY };

static char root[FL_FILE_PATH_MAX];

static int set_up(void **state)
{
    folder_make(root);
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(root);
    return 0;
}

static const char *in_root(const char *name)
{
    static char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, root, name);
    return path;
}

static void put_text(const char *name, fl_text *text)
{
    put_file(in_root(name), text->bytes, text->length);
    fl_text_free(text);
}

/* Value v is first + v. */
static void put_ppm(const char *name, bool colour, unsigned height, unsigned width, int first)
{
    unsigned char pixels[100];
    fl_text text = { 0 };
    for (int v = 0; v < 100; v++) pixels[v] = (unsigned char)(first + v);
    ppm_bytes(&text, colour, height, width, pixels);
    put_text(name, &text);
}

static void put_png(const char *name, int colour, int first)
{
    unsigned char pixels[100];
    fl_text text = { 0 };
    for (int v = 0; v < 100; v++) pixels[v] = (unsigned char)(first + v);
    png_bytes(&text, colour, HEIGHT, WIDTH, pixels);
    put_text(name, &text);
}

/* A fresh folder of two classes, each of three pictures whose first value says which they are. */
static void put_classes(void)
{
    folder_remove(root);
    mkdir(root, 0700);
    mkdir(in_root("cats"), 0700);
    mkdir(in_root("dogs"), 0700);
    put_ppm("cats/a.pgm", false, HEIGHT, WIDTH, 10);
    put_png("cats/b.png", 0, 20);
    put_ppm("cats/c.PGM", false, HEIGHT, WIDTH, 30);
    put_png("dogs/a.png", 0, 40);
    put_png("dogs/b.png", 4, 50);
    put_ppm("dogs/c.pgm", false, HEIGHT, WIDTH, 60);
}

static const fl_dataset_kind *open(fl_error *error)
{
    return fl_dataset_open(&(fl_dataset_source){ .pictures = root }, error);
}

static fl_dataset *load(void)
{
    fl_error error;
    const fl_dataset_kind *kind = open(&error);
    if (!kind) fail_msg("%s", error.text);
    fl_dataset *d = fl_dataset_load(kind, NULL, &error);
    if (!d) fail_msg("%s", error.text);
    assert_int_equal(kind->n_classes, d->n_classes);
    assert_int_equal(kind->n_train, d->n_train);
    fl_dataset_close(kind);
    return d;
}

static void classes_are_folders_in_the_order_of_their_names(void **state)
{
    put_classes();
    fl_dataset *d = load();
    const fl_tensor_shape right = { 1, 1, HEIGHT, WIDTH };
    int seen[7] = { 0 };
    assert_memory_equal(&right, &d->shape, sizeof right);
    assert_int_equal(2, d->n_classes);
    assert_int_equal(5, d->n_train);
    assert_int_equal(1, d->n_test);
    assert_int_equal(1, d->validation);
    for (size_t i = 0; i < 6; i++) {
        const uint8_t *p = d->pixels + i * GREY;
        seen[p[0] / 10]++;
        assert_int_equal(p[0] >= 40, d->labels[i]);
        int step = p[0] == 50 ? 2 : 1; /* grey and alpha: every other byte */
        for (int v = 0; v < GREY; v++) assert_int_equal(p[0] + step * v, p[v]);
    }
    for (int i = 1; i <= 6; i++) assert_int_equal(1, seen[i]);
    fl_dataset_free(d);
}

/* Red, green and blue in planes; a grey picture among them has three equal ones. */
static void one_picture_in_colour_makes_all_so(void **state)
{
    put_classes();
    put_png("dogs/a.png", 2, 40);
    put_png("dogs/b.png", 6, 50);
    put_ppm("dogs/c.ppm", true, HEIGHT, WIDTH, 60);
    fl_dataset *d = load();
    assert_int_equal(3, d->shape.c);
    assert_int_equal(6 + 1, d->n_train + d->n_test);
    for (size_t i = 0; i < 7; i++) {
        const uint8_t *p = d->pixels + i * COLOUR;
        bool colour = p[0] != p[GREY];
        int step = !colour ? 1 : p[0] == 50 ? 4 : 3;
        assert_int_equal(p[0] == 40 || p[0] == 50 || (p[0] == 60 && colour), colour);
        for (int v = 0; v < COLOUR; v++) assert_int_equal(p[0] + step * (v % GREY) + (colour ? v / GREY : 0), p[v]);
    }
    fl_dataset_free(d);
}

static void the_checksum_is_of_names_and_bytes(void **state)
{
    put_classes();
    fl_dataset *d = load(), *again = load();
    assert_string_equal(d->checksum, again->checksum);
    fl_dataset_free(again);
    put_png("dogs/a.png", 0, 41);
    again = load();
    assert_string_not_equal(d->checksum, again->checksum);
    fl_dataset_free(again);
    fl_dataset_free(d);
}

static void assert_refused(const char *part)
{
    fl_error error = { .text = "" };
    const fl_dataset_kind *kind = open(&error);
    fl_dataset *d = kind ? fl_dataset_load(kind, NULL, &error) : NULL;
    if (d) fail_msg("accepted, but: %s", part);
    assert_int_equal(FL_ERROR_USER, error.fault);
    assert_contains(error.text, root);
    assert_contains(error.text, part);
    fl_dataset_close(kind);
    put_classes();
}

static void folders_that_are_not_right_are_refused(void **state)
{
    put_classes();
    mkdir(in_root("elks"), 0700);
    assert_refused("elks: holds no picture");
    put_file(in_root("readme.txt"), "x", 1);
    assert_refused("readme.txt: is no folder");
    put_file(in_root("cats/readme.txt"), "x", 1);
    assert_refused("cats/readme.txt: is no picture");
    put_ppm("dogs/c.pgm", false, HEIGHT, WIDTH + 1, 0);
    assert_refused("dogs/c.pgm: is 2 x 4 pixels, ");
    folder_remove(in_root("dogs"));
    assert_refused("holds 1 class folders; at least 2 are needed");
    fl_error error;
    assert_null(fl_dataset_open(&(fl_dataset_source){ .pictures = "/nowhere" }, &error));
    assert_contains(error.text, "/nowhere: cannot be read");
}

static void put_bad(const char *bytes, size_t n)
{
    put_file(in_root("dogs/c.pgm"), bytes, n);
}

static void pictures_that_are_not_right_are_refused(void **state)
{
    put_classes();
    put_bad("P5\n3 2\n255\n12345", 16);
    assert_refused("dogs/c.pgm: byte 16: ends within its pixels");
    put_bad("P5\n3 2\n255\n1234567", 18);
    assert_refused("goes on after its pixels");
    put_bad("P5\n3 2\n65535\n123456123456", 25);
    assert_refused("its largest value is to be 255");
    put_bad("P5\n300000 2\n255\n1", 17);
    assert_refused("its header promises 2 x 300000 pixels");
    put_bad("P5\n0 2\n255\n1", 12);
    assert_refused("its header promises 2 x 0 pixels");
    put_bad("P4\n3 2\n1", 8);
    assert_refused("does not begin as a picture");
    put_bad("", 0);
    assert_refused("does not begin as a picture");
}

static void damaged_png_is_refused(void **state)
{
    char *bytes;
    size_t n;
    put_classes();
    assert_true(fl_file_read(in_root("dogs/a.png"), &bytes, &n, NULL));
    put_file(in_root("dogs/a.png"), bytes, n - 20);
    assert_refused("dogs/a.png: byte");
    bytes[45] ^= 1; /* within the pixels: their checksum tells */
    put_file(in_root("dogs/a.png"), bytes, n);
    assert_refused("its PNG data are damaged");
    bytes[16] = 0x7f; /* a width of two thousand million */
    put_file(in_root("dogs/a.png"), bytes, n);
    assert_refused("its PNG data are damaged");
    put_file(in_root("dogs/a.png"), bytes, 9);
    assert_refused("its PNG data are damaged");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_folders_in_the_order_of_their_names),
        cmocka_unit_test(one_picture_in_colour_makes_all_so),
        cmocka_unit_test(the_checksum_is_of_names_and_bytes),
        cmocka_unit_test(folders_that_are_not_right_are_refused),
        cmocka_unit_test(pictures_that_are_not_right_are_refused),
        cmocka_unit_test(damaged_png_is_refused),
    };
    return test_run(tests, set_up, tear_down);
}
