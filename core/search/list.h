/* Every search, one line each: X(name) stands for the const struct fl_search_<name> in search_<name>.c. The order is
 * the order of `fairlead list`. */
X(halton)
X(random)
X(grid)
X(points)
