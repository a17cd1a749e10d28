# The selected trials: validation error in a panel's top row, test error in its bottom row.
columns = min(n_panels, per_line)
rows = rows_for(2)
panel_width = share(columns)
note = "whiskers: ".band_name
eval canvas

set xrange [0.4:n_slots + 0.6]
unset xtics
do for [p = 1:n_panels] {
    do for [r = 1:2] {
        c = r == 1 ? 2 : 5
        eval r == 1 ? heading(p) : no_heading
        eval place(column_of(p), row_of(p, r, 2))
        eval axis("y", r == 1 ? "val" : "test", p)
        eval y_name(column_of(p), row_of(p, r, 2), r == 1 ? val_axis[p] : test_axis[p])
        if (low > high) { continue }
        plot data index p - 1 using 1:c + 1:(0):(column(c + 2) - column(c + 1)) @whisker, \
             '' index p - 1 using ($1 - 0.34):c:(0.68):(0):(colours[int($1)]) with vectors nohead lw 4 lc rgb variable, \
             '' index p - 1 using 1:(middle(low, high)):(valid(c) ? "" : "no feasible trial") @words
    }
}
sample_lw = 4
dashed(i) = 1
