# The best score among K trials.
note = "lines: median; bands: ".band_name
