# Performance profiles over workloads.
note = "higher is better: at tau = 1 the workloads on which the arm is the fastest"
