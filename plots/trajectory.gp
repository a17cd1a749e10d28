# Paths of optimizers over a function of two parameters.
note = "ring: the start; contours at equal ratios above the least"
