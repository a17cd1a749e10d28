# Arm against arm: a square for each pair, blue where the row's arm wins more often, orange where it loses.
columns = min(n_panels, 2)
cell = 30
panel_width = cell * most_places
panel_height = cell * most_places
gap_left = 6.6 * longest + 20
gap_bottom = 6.6 * longest + 20
gap_top = 20
per_line = columns
rows = rows_for(1)
legend_of_arms = 0
note = "how often the best of K new trials of the row's arm beats that of the column's, ".pct
do for [p = 1:n_panels] {
    best = sprintf("%sbest of %d", strlen(details[p]) ? ", " : "", best_of[p])
    details[p] = details[p].best
    detail_widths[p] = detail_widths[p] + strlen(best)
}
head = 36
eval canvas

unset grid
unset tics
unset colorbox
set palette defined (0 '#e08214', 50 '#f7f7f7', 100 '#2166ac') # told apart by the colour-blind
set cbrange [0:100]
set style fill solid 1.0 noborder
linked = links ? ", ".blocks." '' index b - 1 using 1:(b - first[p] + 1):4".link : ""
do for [p = 1:n_panels] {
    shown = last[p] - first[p] + 1
    unset label
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    set xrange [0.5:shown + 0.5]
    set yrange [shown + 0.5:0.5]
    do for [i = 1:shown] {
        name = names[slot[first[p] + i - 1]]
        set label 8 + 2 * i name at first 0.4, i right textcolor rgb ink font ",11" noenhanced
        set label 9 + 2 * i name at i, shown + 0.6 right rotate textcolor rgb ink font ",11" noenhanced
    }
    plot @blocks data index b - 1 using 1:(b - first[p] + 1):(0.48):(0.48):2 with boxxyerror fc palette, \
         @blocks '' index b - 1 using 1:(b - first[p] + 1):(valid(2) ? sprintf("%.0f", $2) : ""):($2 > 80 ? 0xffffff : ink) \
            with labels textcolor rgb variable font ",9" noenhanced @linked
}
sample_lw = 2
dashed(i) = 1
