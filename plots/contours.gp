# Paths over the contours of a loss: a panel's last block is the grid, the others are paths from their start.
columns = min(n_panels, per_line)
panel_width = share(columns)
panel_height = n_panels == 1 ? 400 : share(columns)
gap_bottom = 44
marked = 1
rows = rows_for(1)
eval canvas

set view map
set contour base
set cntrlabel onecolor
set xtics offset 0, 0.9 # a map's axes stand further away
set xlabel offset 0, 1.2
set grid noxtics noytics
set border 15 front # the paths do not cover it
paths = "for [b = first[p]:last[p] - 1]"
linked = links ? ", @paths '' index b - 1 using 1:2:(0):4 nocontour".link : ""
do for [p = 1:n_panels] {
    unset label
    eval heading(p)
    eval place(column_of(p), row_of(p, 1, 1))
    eval axis("x", "x", p)
    set xlabel x_axis[p]
    eval axis("y", "y", p)
    eval y_name(column_of(p), row_of(p, 1, 1), y_axis[p])
    eval "set cntrparam levels discrete ".levels[p]
    splot data index last[p] - 1 using 1:2:3 with lines lw 0.7 lc rgb 0xb0b0b0 nosurface, \
          @paths '' index b - 1 using 1:2:(0) with lines lw 1.6 lc rgb colours[slot[b]] dt dash(slot[b]) nocontour, \
          @paths '' index b - 1 using 1:2:(0) with points pt marker(slot[b]) ps 0.5 lc rgb colours[slot[b]] nocontour, \
          @paths '' index b - 1 every ::0::0 using 1:2:(0) with points pt 6 ps 1.4 lw 1.5 lc rgb "black" nocontour @linked
}
unset contour
sample_lw = 2
dashed(i) = dash(i)
