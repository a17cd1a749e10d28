/* Every workload, one line each: X(name) stands for the const struct fl_workload_<name> in workload_<name>.c. The order
 * is the order of `fairlead list`. */
X(glyphs_mlp)
X(fashion_mnist_mlp)
X(fashion_mnist_simple_cnn)
X(mnist_mlp)
X(mnist_simple_cnn)
X(quadratic_noisy)
