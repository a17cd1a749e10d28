# Test error grouped by what is tuned.
note = "bars: the selected trial; whiskers: ".band_name
