# The lowest training loss, arm by arm.
note = "whiskers: ".band_name."; arrow: some resamples have no trial with a loss"
