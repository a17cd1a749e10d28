# Fewest steps to the target, a panel per workload; under each arm how many of its trials reached it.
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = 240
gap_bottom = 28
rows = rows_for(1)
note = "whiskers: ".band_name
note_2 = "arrow: some resamples never reach the target; n/N: trials that do"
eval canvas

arrow = "with vectors head size screen 8.0 / width, 20 filled lw 1 lc rgb 'black'"
set xrange [0.4:n_slots + 0.6]
unset xtics
do for [p = 1:n_panels] {
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    eval axis("y", "steps", p)
    eval y_name(column_of(p), row_of(p, 1, 1), target[p])
    plot data index p - 1 using ($4 < high ? $1 : NaN):3:(0):($4 - $3) @whisker, \
         '' index p - 1 using ($3 < high && $4 > high ? $1 : NaN):3:(0):(high - $3) @arrow, \
         '' index p - 1 using ($2 < high ? $1 - 0.34 : NaN):2:(0.68):(0):(colours[int($1)]) \
            with vectors nohead lw 4 lc rgb variable, \
         '' index p - 1 using 1:(middle(low, high)):($2 < high ? "" : "never reached") @words, \
         '' index p - 1 using 1:(low):(sprintf("%d/%d", $5, $6)) \
            with labels offset 0, -0.8 textcolor rgb faint font ",10" noenhanced
}
sample_lw = 4
dashed(i) = 1
