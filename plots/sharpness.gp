# The largest eigenvalue beside the rule's limit.
guides = 1
note = "thin dashed: the curvature beyond which the rule diverges on a quadratic"
note_2 = "of rules like Adam both are of the preconditioned Hessian"
