# The best score among K trials: a line and its band per arm. Bands overlap, so their upper ends have lines of their own.
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = 240
gap_bottom = 44
rows = rows_for(1)
note = "lines: median; bands: ".band_name
eval canvas

set style fill transparent solid min(0.07, 0.25 / n_slots) noborder
clip(y) = min(y, 9 * high) # far above the frame, in place of infinity
set xlabel "trials"
do for [p = 1:n_panels] {
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    eval axis("y", "value", p)
    eval y_name(column_of(p), row_of(p, 1, 1), "best ".metric[p])
    set logscale x 2
    set xrange [1:most[p]]
    plot for [b = first[p]:last[p]] data index b - 1 using 1:3:(clip($4)) with filledcurves lc rgb colours[slot[b]], \
         for [b = first[p]:last[p]] '' index b - 1 using 1:(clip($4)) with lines lw 0.6 lc rgb colours[slot[b]], \
         for [b = first[p]:last[p]] '' index b - 1 using 1:(clip($2)) \
            with lines lw 2 lc rgb colours[slot[b]] dt dashes[slot[b]]
}
sample_lw = 2
dashed(i) = dashes[i]
