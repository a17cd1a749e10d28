# Speed and agreement, grouped by backend and precision.
note = "bars: median over trials; whiskers: least and greatest"
