/* Every backend, one line each: X(name) stands for the const struct fl_backend_<name> in backend_<name>.c. The order is
 * the order of `fairlead list`; naive comes first and lends what the others lack. */
X(naive)
X(openblas)
X(onednn)
