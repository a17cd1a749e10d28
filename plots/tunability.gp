# Expected best of K against K.
guides = 1
marked_guides = 1 # where the lines themselves end
note = "bands: 90 ".pct." interval, claimed up to K = N/5; thin dashed: these trials only"
