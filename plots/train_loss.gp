# The lowest training loss, arm by arm.
note = "whiskers: ".band_name
