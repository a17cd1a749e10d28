# A row per block: a value and its interval between a text on the left and one on the right. Panels stand one below the
# other. A script sets note, note_2 before.
columns = 1
array start[n_panels + 1] # of a panel, in pixels: they are as high as they have rows
height_of(p) = 20 * n_rows[p] + 10
left_columns = 0
right_columns = 0
do for [b = 1:n_blocks] { left_columns = max(left_columns, left_width[b]) }
do for [b = 1:n_blocks] { right_columns = max(right_columns, right_width[b]) }
panel_width = 340
gap_left = 6.9 * left_columns + 24
gap_right = 6.9 * right_columns + 20
gap_top = n_panels > 1 ? 50 : 10
gap_bottom = 46
start[1] = 0
do for [p = 1:n_panels] { start[p + 1] = start[p] + gap_top + height_of(p) + gap_bottom }
rows = 1
panel_height = start[n_panels + 1] - gap_top - gap_bottom
legend_of_arms = 0
eval canvas

unset ytics
unset grid
set grid xtics lw 1 lc rgb 0xb0b0b0 dt (1, 4)
set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead lw 0.8 lc rgb 0x6e6e6e
linked = links ? ", ".blocks." '' index b - 1 using ($5 == 3 ? 0 : $2):1:6".link : ""
look(mark) = mark == 0 ? 7 : 6
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
        at = b - first[p] + 1
        set label 10 + 2 * at left_text[b] at graph 0, first at right offset -1, 0 textcolor rgb ink font ",11" noenhanced
        set label 11 + 2 * at right_text[b] at graph 1, first at left offset 1, 0 textcolor rgb (right_strong[b] ? ink : faint) font ",11" noenhanced
    }
    plot @blocks data index b - 1 using ($5 < 2 ? $3 : NaN):1:($4 - $3):(0) \
            with vectors heads size screen 4.0 / width, 90 fixed lw 1.5 lc rgb colours[slot[b]], \
         @blocks '' index b - 1 using ($5 == 0 ? $2 : NaN):1 with points pt 7 ps 1 lc rgb colours[slot[b]], \
         @blocks '' index b - 1 using ($5 == 1 ? $2 : NaN):1 with points pt 6 ps 1 lw 1.5 lc rgb colours[slot[b]], \
         @blocks '' index b - 1 using (0):($5 == 2 ? $1 : NaN):2:(0) with vectors nohead lw 8 lc rgb colours[slot[b]] @linked
    unset label
}
sample_lw = 2
dashed(i) = 1
