# The tuned effective rate against the batch size.
guides = 2
note = "thin dashed: linear heuristic from the smallest batch; thin dotted: square root heuristic"
