/* Every figure, one line each: X(name) stands for the const struct figure_<name> in figure_<name>.c and for
 * plots/<name>.gp. */
X(final_error)
X(steps_to_target)
X(budget)
X(curves)
X(axes)
X(plane)
