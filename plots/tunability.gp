# Expected best of K against K.
guides = 1
note = "bands: 90 ".pct." interval, claimed up to K = N/5; thin dashed: these trials only"
