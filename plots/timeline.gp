# Who computed (full bars) and who waited (pale ones) when, a row per worker. Panels stand one below the other.
columns = 1
array start[n_panels + 1] # of a panel, in pixels: they are as high as they have rows
height_of(p) = 14 * n_rows[p] + 10
widest_name = 0 # of an arm with its method
do for [b = 1:n_blocks] { widest_name = max(widest_name, widths[slot[b]] + (strlen(method[b]) ? 1 + strlen(method[b]) : 0)) }
gap_left = 136 + 7 * widest_name
panel_width = 520
gap_top = n_panels > 1 ? 50 : 10
gap_bottom = 46
start[1] = 0
do for [p = 1:n_panels] { start[p + 1] = start[p] + gap_top + height_of(p) + gap_bottom }
rows = 1
panel_height = start[n_panels + 1] - gap_top - gap_bottom
note = "a row per worker; full: computes, pale: waits"
eval canvas

unset ytics
unset grid
set grid xtics lw 1 lc rgb 0xb0b0b0 dt (1, 4)
linked = links ? ", ".blocks." '' index b - 1 using (($2 + $3) / 2):1:7".link : ""
do for [p = 1:n_panels] {
    eval place(1, 1)
    top_at = 1 - (head + gap_top + start[p]) / (1.0 * height)
    set tmargin at screen top_at
    set bmargin at screen top_at - height_of(p) / (1.0 * height)
    eval heading(p)
    eval axis("x", "x", p)
    set xlabel x_axis[p] font ",11"
    set yrange [n_rows[p] + 0.7:0.3]
    do for [b = first[p]:last[p]] {
        name_at = first_row[b] # the arm's name stands before its first worker, a line between it and the arm above
        set label names[slot[b]].(strlen(method[b]) ? " ".method[b] : "") at graph 0, first name_at right offset -14, 0 textcolor rgb ink font ",10" noenhanced
        do for [w = 1:workers[b]] {
            set label sprintf("%s %d of %d", word(roles[b], w), w - 1, of[b]) at graph 0, first (name_at + w - 1) right offset -1, 0 textcolor rgb faint font ",9" noenhanced
        }
        if (b > first[p]) {
            set arrow 10 + b from graph 0, first name_at - 0.5 to graph 1, first name_at - 0.5 nohead lw 0.8 lc rgb 0xb0b0b0
        }
    }
    plot @blocks data index b - 1 using ($4 > 0 ? $2 : NaN):1:2:3:($1 - 0.3):($1 + 0.3) with boxxyerror fc rgb colours[slot[b]] fs transparent solid 0.25 noborder, \
         @blocks '' index b - 1 using ($4 > 0 ? NaN : $2):1:2:3:($1 - 0.36):($1 + 0.36) with boxxyerror fc rgb colours[slot[b]] fs solid noborder @linked
    unset label
    unset arrow
}
sample_lw = 6
dashed(i) = 1
