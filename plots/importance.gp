# What each axis explains by itself.
note = "freed of what as many bins explain by chance; not known with fewer than ten trials, or scores all alike"
