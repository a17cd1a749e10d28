/* Every promise, one line each: X(name) stands for the const struct fl_promise_<name>. The order is that in which they
 * are checked. */
X(form)
X(finite)
X(zero_rate)
X(gradient)
X(same_bits)
X(state)
X(place)
X(pieces)
X(padding)
X(zeros)
X(descent)
X(inclusions)
