# Performance profiles over workloads.
note = "higher is better: at tau = 1 the workloads on which the arm is the fastest; bands: 5–95 ".pct.", resampled trials"
spread = min(8, 0.5 * n_slots)
note_2 = "lines that coincide are drawn side by side"
