# Steps to the target and examples per second against the number of workers.
note = "thin dashed: model, not measured; bands: ".band_name
steps_cell = 1
