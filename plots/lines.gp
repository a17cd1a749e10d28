# A line and its band per arm: columns are x, y, the band's ends and, where `guides` says how many, thin lines to compare
# with. Bands overlap, so they are faint, and clipped to the frame. A script sets note, note_2, guides before.
if (!exists("guides")) { guides = 0 }
if (!exists("marked_guides")) { marked_guides = 0 }
if (!exists("spread")) { spread = 0 } # on a linear axis, from the first arm to the last: lines that coincide lie side by side
aside(b) = spread * ((slot[b] - 0.5) / n_slots - 0.5)
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = 240
gap_bottom = 44
rows = rows_for(1)
marked = 1
eval number_lines
eval canvas

set style fill transparent solid min(0.07, 0.25 / n_slots) noborder
clip(y) = min(y, logged ? 10 * high : high + (high - low)) # just above the frame, in place of infinity
inside(y) = max(low, min(y, high)) # gnuplot's fills may leave the frame at a corner
linked = links ? ", ".blocks." '' index b - 1 using 1:(clip($2 + aside(b))):".(5 + guides).link : ""
thin = "with lines lw 1 lc rgb colours[slot[b]]"
do for [p = 1:n_panels] {
    eval number_ends(p, 1)
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    eval axis("x", "x", p)
    set xlabel x_axis[p]
    eval axis("y", "y", p)
    eval y_name(column_of(p), row_of(p, 1, 1), y_axis[p])
    if (low > high) { continue }
    plot @blocks data index b - 1 using 1:(inside($3)):(inside($4)) with filledcurves lc rgb colours[slot[b]], \
         @blocks '' index b - 1 using (guides > 0 ? $1 : NaN):5 @thin dt 8, \
         @blocks '' index b - 1 using (guides > 1 ? $1 : NaN):6 @thin dt 9, \
         @blocks '' index b - 1 using (marked_guides ? $1 : NaN):5 with points pt marker(slot[b]) ps 0.5 lc rgb colours[slot[b]], \
         @blocks '' index b - 1 using 1:(clip($2 + aside(b))) @line, \
         @blocks '' index b - 1 using 1:($2 + aside(b)) @marks @linked
}
sample_lw = 2
dashed(i) = dash(i)
