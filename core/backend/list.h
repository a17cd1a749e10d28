/* Every backend, one line each: X(name) stands for the const struct fl_backend_<name> in backend_<name>.c. The order is
 * the order of `fairlead list`; naive comes first; the others fall back to it. */
X(naive)
X(openblas)
X(onednn)
