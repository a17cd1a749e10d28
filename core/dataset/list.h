/* Every data set, one line each: X(name) stands for the const struct fl_dataset_<name> in dataset_<name>.c. The order
 * is the order of `fairlead list`. */
X(glyphs)
X(fashion_mnist)
X(mnist)
X(cifar10)
X(cifar100)
X(war_and_peace)
X(tiny_shakespeare)
X(quadratic)
X(regression)
