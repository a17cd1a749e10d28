# Fewest steps to the target, a column per panel; under each arm the share of its trials that reached it.
columns = n_panels
rows = 1
panel_width = share(columns)
panel_height = 240
gap_bottom = 28
note = "whiskers: ".band_name.""
note_2 = "arrow: some resamples never reach the target; n/N: trials that do"
eval canvas

set xrange [0.4:n_slots + 0.6]
unset xtics
do for [p = 1:n_panels] {
    eval heading(p)
    eval place(p, 1)
    eval axis("y", "steps", p)
    eval y_name(p, 1, target[p])
    plot data index p - 1 using ($4 < high ? $1 : NaN):3:(0):($4 - $3) @whisker, \
         '' index p - 1 using ($4 < high ? NaN : $3 < high ? $1 : NaN):3:(0):(high - $3) with vectors head size screen 0.012, 20 filled lw 1 lc rgb "black", \
         '' index p - 1 using ($2 < high ? $1 - 0.34 : NaN):2:(0.68):(0):(colours[int($1)]) with vectors nohead lw 4 lc rgb variable, \
         '' index p - 1 using 1:(middle(low, high)):($2 < high ? "" : "never reached") \
            with labels rotate textcolor rgb faint font ",10" noenhanced, \
         '' index p - 1 using 1:(low):(sprintf("%d/%d", $5, $6)) with labels offset 0, -0.8 textcolor rgb faint font ",10" noenhanced
}
sample_lw = 4
dashed(i) = 1
