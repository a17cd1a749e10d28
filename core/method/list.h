/* Every parallel method, one line each: X(name) stands for the const struct fl_method_<name> in method_<name>.c and for
 * fl_train_method_<name> in core/train/method_<name>.c. The order is the order of `fairlead list`. */
X(synchronous)
X(local)
X(asynchronous)
X(distributed_kfac)
X(pipeline)
X(tensor)
X(one_weird_trick)
