# Two cells a panel over one axis, a line and its band per slot: columns are x, y, the band's ends, a model's y. A script
# sets note and steps_cell before: which cell shows steps to the target.
per_line = 1
has_left = 0
has_right = 0
do for [p = 1:n_panels] {
    has_left = has_left || left_y_low[p] <= left_y_high[p]
    has_right = has_right || right_y_low[p] <= right_y_high[p]
}
columns = max(1, has_left + has_right) # a cell with nothing to show in any panel takes no room
if (steps_cell == 1 ? has_left : has_right) { note_2 = "a line leaves the frame where no trial reached the target" }
at(c) = c == 1 || !has_left ? 1 : 2
panel_width = columns == 1 ? share(1) : 300
panel_height = n_slots > 10 ? 240 : 180 # where numbers stand at the ends
gap_bottom = 44
gap_top = 26
rows = rows_for(1)
marked = 1
eval number_lines
eval canvas

set style fill transparent solid min(0.07, 0.25 / n_slots) noborder
clip(y) = min(y, logged ? 10 * high : high + (high - low)) # just above the frame, in place of infinity
inside(y) = max(low, min(y, high)) # gnuplot's fills may leave the frame at a corner
of(b) = cell[b] == c # is the block drawn in this cell?
linked = links ? ", ".blocks." '' index b - 1 using (of(b) ? $1 : NaN):(clip($2)):6".link : ""
do for [p = 1:n_panels] {
    headed = 0
    do for [c = 1:2] {
        if (c == 1 ? !has_left : !has_right) { continue }
        eval number_ends(p, c)
        eval place(at(c), row_of(p, 1, 1))
        eval axis("x", "x", p)
        set xlabel x_axis[p]
        eval axis("y", c == 1 ? "left_y" : "right_y", p)
        if (low > high) { continue }
        eval y_name(at(c), row_of(p, 1, 1), c == 1 ? left_axis[p] : right_axis[p])
        if (!headed) { eval heading_of_row(row_of(p, 1, 1), p) }
        headed = 1
        plot @blocks data index b - 1 using (of(b) ? $1 : NaN):(inside($3)):(inside($4)) with filledcurves lc rgb colours[slot[b]], \
             @blocks '' index b - 1 using (of(b) ? $1 : NaN):5 with lines lw 1 lc rgb colours[slot[b]] dt 8, \
             @blocks '' index b - 1 using (of(b) ? $1 : NaN):(clip($2)) @line, \
             @blocks '' index b - 1 using (of(b) ? $1 : NaN):2 @marks @linked
    }
}
sample_lw = 2
dashed(i) = dash(i)
