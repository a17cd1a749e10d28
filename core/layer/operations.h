/* How much arithmetic a layer is: two operations per weight, example and place, whatever a backend does to save some.
 * Products with an image's padding are none, for kernels skip them; so no share of a peak can exceed one.
 */
#ifndef FL_LAYER_OPERATIONS_H
#define FL_LAYER_OPERATIONS_H

#include "layer/layer.h"

/* Operations of one pass (forward, data gradient or weight gradient) through a layer that multiplies by weights; 0 for
 * other layers. */
double fl_layer_operations(const fl_layer *layer, fl_tensor_shape in);

#endif
