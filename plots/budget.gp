# The best score among K trials: a line and its band per arm. Bands overlap, so they are faint, and clipped to the frame.
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = 240
gap_bottom = 44
rows = rows_for(1)
marked = 1
note = "lines: median; bands: ".band_name
eval canvas

set style fill transparent solid min(0.07, 0.25 / n_slots) noborder
clip(y) = min(y, high + (high - low)) # just above the frame, in place of infinity
set xlabel "trials"
do for [p = 1:n_panels] {
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    eval axis("x", "trials", p)
    eval axis("y", "value", p)
    eval y_name(column_of(p), row_of(p, 1, 1), "best ".metric[p])
    plot @blocks data index b - 1 using 1:3:(clip($4)) with filledcurves lc rgb colours[slot[b]], \
         @blocks '' index b - 1 using 1:(clip($2)) @line, \
         @blocks '' index b - 1 using 1:2 @marks
}
sample_lw = 2
dashed(i) = dash(i)
