# Fewest steps to the target, a panel per workload; under each arm how many of its trials reached it, turned where the
# arms are narrow.
columns = min(n_panels, per_line)
panel_width = share_of_arms(columns)
panel_height = 240
narrowest = panel_width / (most_places + 0.2)
turned = narrowest < 46
eval number_arms
gap_bottom = (turned ? 58 : 28) + 14 * numbered
rows = rows_for(1)
note = "whiskers: ".band_name
note_2 = "arrow: some resamples never reach the target; n/N: trials that do"
marked = 1
mark_size = bar_mark_size
eval canvas

counts = turned ? "with labels rotate right offset 0, (numbered ? -1.4 : -0.4) textcolor rgb faint font ',10' noenhanced" \
                : "with labels offset 0, (numbered ? -1.8 : -0.8) textcolor rgb faint font ',10' noenhanced"
linked = links ? ", '' index p - 1 using 2:($3 < high ? $3 : middle(low, high)):8".link : ""
do for [p = 1:n_panels] {
    eval arms_axis(places[p])
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    eval axis("y", "steps", p)
    eval y_name(column_of(p), row_of(p, 1, 1), target[p])
    plot data index p - 1 using ($5 < high ? $2 : NaN):4:(0):($5 - $4) @whisker, \
         '' index p - 1 using ($4 < high && $5 > high ? $2 : NaN):4:(0):(high - $4) @arrow, \
         '' index p - 1 using ($3 < high ? $2 - 0.34 : NaN):3:(0.68):(0):(colours[int($1)]) @bar, \
         '' index p - 1 using ($3 < high ? $2 : NaN):3:(marker(int($1))):(colours[int($1)]) @bar_mark, \
         '' index p - 1 using 2:(middle(low, high)):($3 < high ? "" : "never reached") @words, \
         '' index p - 1 @numbers, \
         '' index p - 1 using 2:(low):(sprintf("%d/%d", $6, $7)) @counts @linked
}
sample_lw = 3
dashed(i) = 1
