# Test error and steps to the target against the staleness of pushes.
note = "bands: ".band_name."; a push is so many others late on average"
steps_cell = 2
