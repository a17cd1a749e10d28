# Each compared pair with its difference, its interval and its verdict.
note = "whiskers: 90 ".pct." interval of the difference"
note_2 = "filled: claimed; open: not; left of zero the first arm is the better one"
