# Paths of training over the loss on a plane: a panel per arm that has one, with its name above, so a legend names no arm.
legend_of_arms = 0
note = "ring: the start of the path, or the final parameters alone; contours at equal ratios above the least"
