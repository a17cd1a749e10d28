# Spectral densities, one line an arm.
marks = "every 40::(10 * (slot[b] - 1)) with points pt marker(slot[b]) ps 0.8 lc rgb colours[slot[b]]"
note = "each eigenvalue, or Ritz value of a random start, as a normal curve of a hundredth of the axis"
