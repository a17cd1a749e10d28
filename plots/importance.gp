# What each axis explains by itself.
note = "freed of what as many bins explain by chance"
