# Paths of training over the loss on a plane.
note = "ring: the start of the path, or the final parameters alone; contours at equal ratios above the least"
