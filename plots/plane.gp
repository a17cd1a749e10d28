# Each trial over learning rate and its partner, coloured by its score: a cell per arm, one bar of colours per panel.
panel_width = n_columns <= 3 ? 200 : 156
panel_height = 160
margin_right = 80
gap_left = name_room + 12
gap_right = 10
gap_top = 26
gap_bottom = 42
legend_of_arms = 0
columns = n_columns
rows = rows_with_headings(n_rows)
note = "ring: the selected trial; crosses: trials that diverged; dotted: equal effective rates"
eval canvas

set grid noxtics noytics
set palette defined (0 '#440154', 0.125 '#472d7b', 0.25 '#3b528b', 0.375 '#2c728e', 0.5 '#21918c', 0.625 '#28ae80', \
                     0.75 '#5ec962', 0.875 '#addc30', 1 '#fde725') # viridis
set cbtics font ",10"
set xlabel "learning rate" offset 0, 0.9

# The bar stands beside the row of cell b.
bar(b, p) = sprintf("set colorbox user origin screen %.6f, screen %.6f ", \
                    right(columns) + 14.0 / width, bottom(down(b, p))) . \
            sprintf("size screen %.6f, screen %.6f; set cblabel metric[%d] offset 1.2 noenhanced", \
                    12.0 / width, panel_height / (1.0 * height), p)

linked = links ? ", '' index b - 1 using 1:2:5".link : ""
do for [p = 1:n_panels] {
    do for [b = first[p]:last[p]] {
        eval place(column[b], down(b, p))
        eval axis("cb", "value", p)
        eval axis("x", "x", b)
        eval axis("y", "y", b)
        unset label
        if (b == first[p]) { eval row_heading(b, p) }
        eval y_name(column[b], down(b, p), axis_name[b])
        set label 4 fit(names[slot[b]], widths[slot[b]], panel_width + gap_right) at graph 0, 1 left offset 0, 0.7 \
            textcolor rgb ink font ",11" noenhanced
        eval b == last[p] ? bar(first[p], p) : "unset colorbox"
        unset arrow
        do for [i = 1:words(lines[b]):4] {
            set arrow from real(word(lines[b], i)), real(word(lines[b], i + 1)) \
                to real(word(lines[b], i + 2)), real(word(lines[b], i + 3)) nohead back lw 0.8 lc rgb 0xa0a0a0 dt (1, 4)
        }
        plot data index b - 1 using ($4 == 1 ? NaN : $1):2:3 with points pt 7 ps 0.8 lc palette, \
             '' index b - 1 using ($4 == 1 ? $1 : NaN):2 with points pt 2 ps 0.6 lc rgb 0x8a8a8a, \
             '' index b - 1 using ($4 == 2 ? $1 : NaN):2 with points pt 6 ps 1.5 lw 1.5 lc rgb "black" @linked
    }
}
