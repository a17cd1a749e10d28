# Learning curves of the selected trials: error in a panel's top row, loss in its bottom row.
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = 210
gap_bottom = 30
foot = 16
marked = 1
heading_height = 58.0
rows = rows_for(2)
note = "thick: validation; thin: training" . (has_reruns ? "; bands: least to greatest of the reruns" : "")
eval canvas

set style fill transparent solid 0.15 noborder
linked = links ? ", @blocks '' index b - 1 using 1:c:10".link : ""
do for [p = 1:n_panels] {
    do for [r = 1:2] {
        c = r == 1 ? 2 : 6
        eval r == 1 ? heading(p) : no_heading
        eval place(column_of(p), row_of(p, r, 2))
        eval axis("x", "steps", p)
        set xlabel (r == 2 ? "step" : "")
        eval axis("y", r == 1 ? "error" : "loss", p)
        eval y_name(column_of(p), row_of(p, r, 2), r == 1 ? error_axis[p] : loss_axis[p])
        if (low > high) { continue }
        plot @blocks data index b - 1 using 1:c + 2:c + 3 with filledcurves lc rgb colours[slot[b]], \
             @blocks '' index b - 1 using 1:c + 1 \
                with lines lw 0.7 lc rgb colours[slot[b]] dt dash(slot[b]), \
             @blocks '' index b - 1 using 1:c @line, \
             @blocks '' index b - 1 using 1:c every 4 @marks @linked
    }
}
sample_lw = 2
dashed(i) = dash(i)
