/* Every schedule, one line each: X(name) stands for the const struct fl_schedule_<name> in schedule_<name>.c. The order
 * is the order of `fairlead list`. */
X(constant)
X(linear)
X(cosine)
X(cosine_restarts)
X(step)
X(exponential)
X(inverse_time)
X(inverse_sqrt)
X(polynomial)
X(trapezoidal)
X(plateau)
X(list)
