# Each trial's score against each hyperparameter of its space: arms one after another, a cell per axis. The frame is the
# border of the space where an axis is a range. Diverged trials stand in a grey band above the rest.
panel_width = n_columns <= 2 ? 270 : n_columns <= 4 ? 190 : 128
panel_height = n_columns <= 2 ? 140 : 96
margin_left = name_room + 10
gap_left = 8
gap_right = 28
gap_top = 26
gap_bottom = 42
y_size = 10
legend_of_arms = 0
columns = n_columns
rows = rows_with_headings(n_rows)
note = "frame: the search space; ring: the selected trial; crosses in the grey band: trials that diverged"
eval canvas

band = 0.16 # the share of a cell's height that the band takes
above(low, high) = logged ? low * 10**(log10(high / low) / (1 - band)) : low + (high - low) / (1 - band)
set y2range [0:1]
set object 1 rectangle from graph 0, graph 1 - band to graph 1, graph 1 \
    fillcolor rgb 0xe4e4e4 fillstyle solid noborder behind
set xlabel font ",10" offset 0, 1

# The arm's name stands above its first cell and may run over those beside it.
begins_arm(b, p) = b == first[p] || slot[b] != slot[b - 1]
run(b, p) = b < last[p] && slot[b + 1] == slot[b] && row[b + 1] == row[b] ? 1 + run(b + 1, p) : 1
arm_name(b, p) = fit(names[slot[b]], widths[slot[b]], run(b, p) * (panel_width + gap_left + gap_right) - gap_right)

in_band(low, high) = logged ? low * 10**(log10(above(low, high) / low) * (1 - band / 2)) \
                            : low + (above(low, high) - low) * (1 - band / 2)
linked = links ? ", '' index b - 1 using 1:($3 == 1 ? in_band(low, high) : $2):4".link : ""
do for [p = 1:n_panels] {
    do for [b = first[p]:last[p]] {
        eval place(column[b], down(b, p))
        eval axis("x", "x", b)
        if (strlen(choices[b])) {
            set xtics ()
            do for [i = 1:words(choices[b])] { set xtics add (word(choices[b], i) i - 1) }
        }
        set xlabel axis_name[b]
        eval axis("y", "y", p)
        if (low <= high) { set yrange [low:above(low, high)] }
        if (column[b] > 1) {
            set ytics ()
            do for [i = 2:words(y_ticks[p]):3] { eval 'set ytics add ("" '.word(y_ticks[p], i).')' }
        }
        unset label
        if (b == first[p]) { eval row_heading(b, p) }
        if (begins_arm(b, p)) {
            set label 4 arm_name(b, p) at graph 0, 1 left offset 0, 0.7 textcolor rgb ink font ",11" noenhanced
        }
        if (column[b] == 1) { eval y_name(1, down(b, p), metric[p]) }
        plot data index b - 1 using ($3 == 1 ? NaN : $1):2 with points pt 7 ps 0.4 lc rgb colours[slot[b]], \
             '' index b - 1 using ($3 == 1 ? $1 : NaN):(1 - band / 2) axes x1y2 \
                with points pt 2 ps 0.5 lc rgb colours[slot[b]], \
             '' index b - 1 using ($3 == 2 ? $1 : NaN):2 with points pt 6 ps 1.0 lw 1.5 lc rgb "black" @linked
    }
}
