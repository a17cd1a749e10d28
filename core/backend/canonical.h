/* Makers of ops in canonical layout, in vectorised code of our own, for every backend that is fast.
 *
 * Naive has the same in code that is simple and whose sums run in double. Of the backend they need no more than a
 * matrix product.
 */
#ifndef FL_BACKEND_CANONICAL_H
#define FL_BACKEND_CANONICAL_H

#include "backend/plain.h"

fl_backend_op_maker fl_backend_sigmoid, fl_backend_tanh, fl_backend_gelu, fl_backend_layer_norm;
fl_backend_op_maker fl_backend_batch_norm_of_all;
fl_backend_op_maker fl_backend_softmax_cross_entropy, fl_backend_sigmoid_cross_entropy, fl_backend_mean_squared;

fl_backend_op *fl_backend_dense(const fl_backend_request *request, fl_backend_product *product);
fl_backend_op *fl_backend_divided_dense(const fl_backend_request *request, fl_backend_product *product);
fl_backend_op *fl_backend_lstm(const fl_backend_request *request, fl_backend_product *product);
fl_backend_op *fl_backend_attention(const fl_backend_request *request, fl_backend_product *product);

#endif
