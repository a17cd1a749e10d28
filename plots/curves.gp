# Learning curves of the selected trials: error in a panel's top row, loss in its bottom row; loss alone where the
# workloads know no errors.
first_row = 2
do for [p = 1:n_panels] { if (error_low[p] <= error_high[p]) { first_row = 1 } }
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = first_row == 1 ? 210 : 240
gap_bottom = 30
foot = 16
marked = 1
heading_height = 58.0
rows = rows_for(3 - first_row)
note = "thick: validation; thin: training" . (has_reruns ? "; bands: least to greatest of the reruns" : "")
eval number_lines
eval canvas

set style fill transparent solid 0.15 noborder
# Of a long curve so many points are drawn, marked and linked: more could not be told apart. Arms whose curves lie close
# have their marks at steps of their own.
thinned(b, n) = max(1, int(n_points[b]) / n)
drawn = "every thinned(b, 1000)"
marks_apart = "every thinned(b, 8)::(int(slot[b]) * thinned(b, 8) / n_slots)"
linked = links ? ", @blocks '' index b - 1 every thinned(b, 40) using 1:c:10".link : ""
do for [p = 1:n_panels] {
    do for [r = first_row:2] {
        c = r == 1 ? 2 : 6
        below = row_of(p, r + 1 - first_row, 3 - first_row)
        eval number_ends(p, r)
        eval r == first_row ? heading(p) : no_heading
        eval place(column_of(p), below)
        eval axis("x", "steps", p)
        set xlabel (r == 2 ? "step" : "")
        eval axis("y", r == 1 ? "error" : "loss", p)
        eval y_name(column_of(p), below, r == 1 ? error_axis[p] : loss_axis[p])
        if (low > high) { continue }
        plot @blocks data index b - 1 @drawn using 1:c + 2:c + 3 with filledcurves lc rgb colours[slot[b]], \
             @blocks '' index b - 1 @drawn using 1:c + 1 \
                with lines lw 0.7 lc rgb colours[slot[b]] dt dash(slot[b]), \
             @blocks '' index b - 1 @drawn using 1:c @line, \
             @blocks '' index b - 1 @marks_apart using 1:c @marks @linked
    }
}
sample_lw = 2
dashed(i) = dash(i)
