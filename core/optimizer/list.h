/* Every optimizer, one line each: X(name) stands for the const struct fl_optimizer_<name> in optimizer_<name>.c. The
 * order is the order of `fairlead list`. */
X(sgd)
X(momentum)
X(nesterov)
X(rmsprop)
X(adam)
X(nadam)
X(null)
