# Arms side by side in groups: a bar, its whisker and the arm's marker; one row of panels or two. Grey lines stand between
# groups, whose names stand in two lines below. A script sets note, note_2 before.
two = 0
named = 0
do for [p = 1:n_panels] { if (bottom_low[p] <= bottom_high[p]) { two = 1 } }
do for [b = 1:n_blocks] { if (strlen(group_name[b])) { named = 1 } }
columns = min(n_panels, per_line)
panel_width = share_of_arms(columns)
panel_height = two ? 180 : 240
gap_bottom = named ? 40 : 16
rows = rows_for(1 + two)
marked = 1
eval canvas

# A group's name has the room of its group.
line_of(b, n) = strstrt(group_name[b], "\n") ? (n == 1 ? group_name[b][1:strstrt(group_name[b], "\n") - 1] \
                : group_name[b][strstrt(group_name[b], "\n") + 1:*]) : (n == 1 ? group_name[b] : "")
group_room(b, p) = (group_to[b] - group_from[b]) * place_width(p)
group_line(b, p, n) = fit(line_of(b, n), strlen(line_of(b, n)) * 0.85, group_room(b, p))
linked = links ? ", ".blocks." '' index b - 1 using 2:c:9".link : ""
do for [p = 1:n_panels] {
    eval arms_axis(p)
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
            set label 10 + 2 * b group_line(b, p, 1) at (group_from[b] + group_to[b]) / 2, graph 0 center offset 0, -0.7 \
                textcolor rgb ink font ",10" noenhanced
            set label 11 + 2 * b group_line(b, p, 2) at (group_from[b] + group_to[b]) / 2, graph 0 center offset 0, -1.7 \
                textcolor rgb ink font ",10" noenhanced
        }
        if (low > high) { continue }
        plot @blocks data index b - 1 using (column(c + 2) <= high ? $2 : NaN):c + 1:(0):(column(c + 2) - column(c + 1)) \
                @whisker, \
             @blocks '' index b - 1 using (column(c + 2) > high ? $2 : NaN):c + 1:(0):(high - column(c + 1)) @arrow, \
             @blocks '' index b - 1 using ($2 - 0.34):c:(0.68):(0):(colours[int($1)]) @bar, \
             @blocks '' index b - 1 using 2:c:(marker(int($1))):(colours[int($1)]) @bar_mark @linked
    }
}
sample_lw = 4
dashed(i) = 1
