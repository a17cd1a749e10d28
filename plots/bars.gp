# Arms side by side in groups: a bar, its whisker and the arm's marker; one row of panels or two. Grey lines stand between
# groups, whose names stand below. A script sets note, note_2 before.
two = 0
lines_below = 0
do for [p = 1:n_panels] {
    if (bottom_low[p] <= bottom_high[p]) { two = 1 }
    if (has_arrow[p] && !strstrt(note, "arrow")) { note = note."; arrow: some resamples have no feasible trial" }
}
do for [b = 1:n_blocks] { lines_below = max(lines_below, group_lines[b]) }
columns = min(n_panels, per_line)
panel_width = share_of_arms(columns)
panel_height = two ? 180 : 240
rows = rows_for(1 + two)
marked = 1
mark_size = bar_mark_size
eval number_arms
gap_bottom = 16 + 14 * numbered + 13 * lines_below
eval canvas

linked = links ? ", ".blocks." '' index b - 1 using 2:c:9".link : ""
do for [p = 1:n_panels] {
    eval arms_axis(group_to[last[p]] - 0.5)
    do for [r = 1:1 + two] {
        c = r == 1 ? 3 : 6
        unset arrow
        unset label
        if (r == 1) { eval heading(p) }
        eval place(column_of(p), row_of(p, r, 1 + two))
        eval axis("y", r == 1 ? "top" : "bottom", p)
        eval y_name(column_of(p), row_of(p, r, 1 + two), r == 1 ? top_axis[p] : bottom_axis[p])
        do for [b = first[p]:last[p]] {
            if (b > first[p]) {
                set arrow 10 + b from group_from[b], graph 0 to group_from[b], graph 1 nohead lw 1 lc rgb 0xb0b0b0
            }
            set label 10 + b group_name[b] at (group_from[b] + group_to[b]) / 2, graph 0 \
                center offset 0, (numbered ? -1.7 : -0.7) textcolor rgb ink font ",10" noenhanced
        }
        if (low > high) { continue }
        plot @blocks data index b - 1 using (column(c + 2) <= high ? $2 : NaN):c + 1:(0):(column(c + 2) - column(c + 1)) \
                @whisker, \
             @blocks '' index b - 1 using (column(c + 2) > high ? $2 : NaN):c + 1:(0):(high - column(c + 1)) @arrow, \
             @blocks '' index b - 1 using ($2 - 0.34):c:(0.68):(0):(colours[int($1)]) @bar, \
             @blocks '' index b - 1 using 2:c:(marker(int($1))):(colours[int($1)]) @bar_mark, \
             @blocks '' index b - 1 @numbers @linked
    }
}
sample_lw = 3
dashed(i) = 1
