/* What the kinds of this folder share, and nobody else includes. */
#ifndef FL_LAYER_SPEC_H
#define FL_LAYER_SPEC_H

#include "layer/layer.h"

#include <math.h>

#define FL_LAYER_N(table) (sizeof(table) / sizeof *(table))

#define FL_LAYER_PLACE(member) offsetof(fl_layer, member)

/* A whole number from `least` on; `fallback` NAN where it must be given. */
#define FL_LAYER_COUNT_OF(word, text, member, fallback, least)                                                         \
    {                                                                                                                  \
        .name = word, .help = text, .value = FL_LAYER_COUNT, .place = FL_LAYER_PLACE(member),                          \
        .default_value = fallback, .min = least, .max = FL_LAYER_COUNT_MAX                                             \
    }
#define FL_LAYER_COUNT_MAX 0x1p24

#define FL_LAYER_NUMBER_OF(word, text, member, fallback, least, most)                                                  \
    {                                                                                                                  \
        .name = word, .help = text, .value = FL_LAYER_NUMBER, .place = FL_LAYER_PLACE(member),                         \
        .default_value = fallback, .min = least, .max = most                                                           \
    }

#define FL_LAYER_BIAS                                                                                                  \
    {                                                                                                                  \
        .name = "bias", .help = "has a bias", .value = FL_LAYER_NO_FLAG, .place = FL_LAYER_PLACE(no_bias),             \
        .default_value = 1, .max = 1                                                                                   \
    }

/* What a loss on numbers is measured against. */
#define FL_LAYER_TARGETS                                                                                               \
    {                                                                                                                  \
        .name = "targets", .help = "the data's, or the example as it is before any change", .value = FL_LAYER_CHOICE,  \
        .place = FL_LAYER_PLACE(targets), .max = 1, .choices = fl_layer_target_words                                   \
    }
extern const char *const fl_layer_target_words[];

#define FL_LAYER_OUT(text) FL_LAYER_COUNT_OF("out", text, n_out, NAN, 1)

/* Shape rules: the same shape, for any input of numbers; of a loss. */
bool fl_layer_same(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out,
                   fl_error *error);
bool fl_layer_loss(const fl_layer *layer, const fl_tensor_shape *in, size_t n_in, fl_tensor_shape *out,
                   fl_error *error);

/* False with a message unless the input has the form; `needs` is what the message says it needs: "a sequence". */
bool fl_layer_needs(const fl_layer *layer, fl_tensor_shape in, fl_tensor_form form, const char *needs, fl_error *error);

/* A tensor of one to four dimensions (0 ends them) called LAYER.NAME. */
fl_tensor fl_layer_tensor(const fl_layer *layer, const char *name, fl_tensor_start start, size_t d0, size_t d1,
                          size_t d2, size_t d3);

/* The shape of a window's walk over an image of `channels` channels out. */
bool fl_layer_walk(const fl_layer *layer, fl_tensor_shape in, size_t channels, fl_tensor_shape *out, fl_error *error);

#endif
