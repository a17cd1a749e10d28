# Steps to the target and examples per virtual second against the number of workers.
note = "dashed: model, not measured; bands: ".band_name
