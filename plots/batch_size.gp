# Steps to the target against the batch size.
guides = 1
note = "bands: ".band_name."; thin dashed: perfect scaling"
note_2 = "a line leaves the frame where no trial reached the target"
