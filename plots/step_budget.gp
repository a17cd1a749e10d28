# Test error against the number of training steps.
note = "lines: the selected trial; bands: ".band_name
