# Two cells a panel over one axis, a line and its band per slot: columns are x, y, the band's ends, a model's y. A script
# sets note before.
per_line = 1
columns = 2
panel_width = 300
gap_bottom = 44
gap_top = 26
rows = rows_for(1)
marked = 1
eval canvas

set style fill transparent solid min(0.07, 0.25 / n_slots) noborder
clip(y) = min(y, logged ? 10 * high : high + (high - low)) # just above the frame, in place of infinity
inside(y) = max(low, min(y, high)) # gnuplot's fills may leave the frame at a corner
of(b) = cell[b] == c # is the block drawn in this cell?
linked = links ? ", ".blocks." '' index b - 1 using (of(b) ? $1 : NaN):(clip($2)):6".link : ""
do for [p = 1:n_panels] {
    unset label
    eval heading_of_row(row_of(p, 1, 1), p)
    do for [c = 1:2] {
        eval place(c, row_of(p, 1, 1))
        eval axis("x", "x", p)
        set xlabel x_axis[p]
        eval axis("y", c == 1 ? "left_y" : "right_y", p)
        eval y_name(c, row_of(p, 1, 1), c == 1 ? left_axis[p] : right_axis[p])
        if (low > high) { unset label; continue }
        plot @blocks data index b - 1 using (of(b) ? $1 : NaN):(inside($3)):(inside($4)) with filledcurves lc rgb colours[slot[b]], \
             @blocks '' index b - 1 using (of(b) ? $1 : NaN):5 with lines lw 1 lc rgb colours[slot[b]] dt 8, \
             @blocks '' index b - 1 using (of(b) ? $1 : NaN):(clip($2)) @line, \
             @blocks '' index b - 1 using (of(b) ? $1 : NaN):2 @marks @linked
        unset label
    }
}
sample_lw = 2
dashed(i) = dash(i)
