# Steps to the target against the target.
note = "lines: median; bands: ".band_name
note_2 = "a line leaves the frame where no trial reached the target"
