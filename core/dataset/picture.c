/* Each format gives rows of pixels with one or three bytes; what they become is the same for all. */
#include "dataset/picture.h"
#include "dataset/dataset.h"
#include "base/file.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A picture being read: the header first, then its pixels, interleaved. */
typedef struct source {
    const char *path;
    FILE *file;
    size_t height, width; /* that it must have; 0: any */
    fl_dataset_picture is;
    fl_error *error;
} source;

static bool refuse(const source *s, const char *what)
{
    return fl_error_user(s->error, "%s: byte %ld: %s", s->path, ftell(s->file), what);
}

/* Before anything is allocated for it. */
static bool size_fits(const source *s)
{
    size_t height = s->is.height, width = s->is.width;
    if (!height || !width || height > FL_DATASET_PICTURE_SIDE || width > FL_DATASET_PICTURE_SIDE)
        return fl_error_user(s->error, "%s: byte %ld: its header promises %zu x %zu pixels; 1 to %d each way are read",
                             s->path, ftell(s->file), height, width, FL_DATASET_PICTURE_SIDE);
    if (!s->height || (height == s->height && width == s->width)) return true;
    return fl_error_user(s->error, "%s: byte %ld: is %zu x %zu pixels, the pictures before it are %zu x %zu", s->path,
                         ftell(s->file), height, width, s->height, s->width);
}

/* --- PPM and PGM (netpbm's ppm(5)) --- */

/* A number of the header, after blanks and comments; -1 where there is none. */
static long ppm_number(FILE *file)
{
    int c = getc(file);
    long value = 0, digits = 0;
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#') {
        while (c == '#' && (c = getc(file)) != '\n' && c != EOF) c = '#';
        c = getc(file);
    }
    for (; c >= '0' && c <= '9' && digits < 7; c = getc(file), digits++) value = value * 10 + (c - '0');
    return digits ? value : -1; /* with the one blank behind it */
}

static bool ppm_header(source *s)
{
    char magic[2];
    bool good = fread(magic, 1, 2, s->file) == 2 && magic[0] == 'P' && (magic[1] == '5' || magic[1] == '6');
    if (!good) return refuse(s, "does not begin as a picture: P5 or P6 of PGM and PPM, or PNG");
    long width = ppm_number(s->file), height = ppm_number(s->file), most = ppm_number(s->file);
    if (width < 0 || height < 0) return refuse(s, "its header has no width and height");
    if (most != 255) return refuse(s, "its largest value is to be 255");
    s->is = (fl_dataset_picture){ (size_t)height, (size_t)width, magic[1] == '6' };
    return size_fits(s);
}

static bool ppm_pixels(source *s, uint8_t *pixels)
{
    size_t n = s->is.height * s->is.width * (s->is.colour ? 3 : 1);
    if (fread(pixels, 1, n, s->file) != n) return refuse(s, "ends within its pixels");
    return getc(s->file) == EOF || refuse(s, "goes on after its pixels");
}

/* --- PNG --- */

#ifndef FL_HAVE_PNG

const char *fl_dataset_picture_library(void)
{
    return "this build cannot read PNG: it was made without libpng (Debian package libpng-dev)";
}

static bool png_read(source *s, uint8_t **pixels)
{
    return fl_error_user(s->error, "%s: %s", s->path, fl_dataset_picture_library());
}

#else

#include <png.h>

const char *fl_dataset_picture_library(void)
{
    return "libpng " PNG_LIBPNG_VER_STRING;
}

static void png_failed(png_structp png, png_const_charp message)
{
    source *s = png_get_error_ptr(png);
    fl_error_user(s->error, "%s: byte %ld: its PNG data are damaged: %.200s", s->path, ftell(s->file), message);
    longjmp(png_jmpbuf(png), 1);
}

static void png_ignore(png_structp png, png_const_charp message) {}

/* Eight bits, one or three values, no transparency. */
static void png_simplify(png_structp png, png_infop info)
{
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

static void png_rows(png_structp png, const source *s, uint8_t *pixels)
{
    size_t row = s->is.width * (s->is.colour ? 3 : 1);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < s->is.height; y++) png_read_row(png, pixels + y * row, NULL);
    png_read_end(png, NULL);
}

/* What libpng calls back to by longjmp stays within this function. */
static bool png_steps(png_structp png, png_infop info, source *s, uint8_t **pixels)
{
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_user_limits(png, FL_DATASET_PICTURE_SIDE, FL_DATASET_PICTURE_SIDE);
    png_init_io(png, s->file);
    png_read_info(png, info);
    s->is = (fl_dataset_picture){ png_get_image_height(png, info), png_get_image_width(png, info),
                                  png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR };
    if (!size_fits(s)) return false;
    if (!pixels) return true;
    *pixels = fl_memory_new(s->is.height * s->is.width, s->is.colour ? 3 : 1);
    png_simplify(png, info);
    png_rows(png, s, *pixels);
    return true;
}

static bool png_read(source *s, uint8_t **pixels)
{
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, s, png_failed, png_ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) fl_error_give_up("libpng cannot be started");
    bool read = png_steps(png, info, s, pixels);
    png_destroy_read_struct(&png, &info, NULL);
    return read;
}

#endif

/* --- any --- */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && !strcasecmp(name + n - m, end);
}

bool fl_dataset_picture_is(const char *name)
{
    return ends_with(name, ".png") || ends_with(name, ".ppm") || ends_with(name, ".pgm");
}

/* The header, and into *pixels (free()) what follows, unless `pixels` is NULL. */
static bool read_source(source *s, uint8_t **pixels)
{
    int first = getc(s->file);
    rewind(s->file);
    if (first == 0x89) return png_read(s, pixels);
    if (!ppm_header(s)) return false;
    if (!pixels) return true;
    *pixels = fl_memory_new(s->is.height * s->is.width, s->is.colour ? 3 : 1);
    return ppm_pixels(s, *pixels);
}

static bool with_file(source *s, uint8_t **pixels)
{
    s->file = fl_file_stream(s->path, s->error);
    if (!s->file) return false;
    bool read = read_source(s, pixels);
    fclose(s->file);
    return read;
}

bool fl_dataset_picture_open(const char *path, fl_dataset_picture *picture, fl_error *error)
{
    source s = { .path = path, .error = error };
    bool read = with_file(&s, NULL);
    *picture = s.is;
    return read;
}

static void spread(const source *s, const uint8_t *pixels, bool colour, uint8_t *planes)
{
    size_t n = s->is.height * s->is.width, in = s->is.colour ? 3 : 1, out = colour ? 3 : 1;
    for (size_t plane = 0; plane < out; plane++)
        for (size_t i = 0; i < n; i++) planes[plane * n + i] = pixels[i * in + (in == 3 ? plane : 0)];
}

bool fl_dataset_picture_read(const char *path, size_t height, size_t width, bool colour, uint8_t *planes,
                             fl_error *error)
{
    source s = { .path = path, .height = height, .width = width, .error = error };
    uint8_t *pixels = NULL;
    bool read = with_file(&s, &pixels);
    if (read && s.is.colour && !colour)
        read = fl_error_user(error, "%s: is in colour now, all were grey when they were counted", path);
    if (read) spread(&s, pixels, colour, planes);
    free(pixels);
    return read;
}
