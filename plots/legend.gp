# The boxed legend under a figure, by hand, so that columns line up whatever the names are: the arms row by row, then
# notes on what the marks mean. Read last; it ends the drawing. A script with a legend of arms sets sample_lw, dashed(i).
unset label; unset arrow; unset object
unset border; unset tics; unset xlabel; unset ylabel; unset logscale; unset colorbox; unset grid
set lmargin at screen 0; set rmargin at screen 1; set tmargin at screen 1; set bmargin at screen 0
set xrange [0:width]; set yrange [height:0] # pixels from the top left

legend_top = height - legend_height
arms_width = legend_rows > 0 ? legend_columns * entry_width + 24 : 0
box_width = min(width - 16, max(arms_width, note_width - 16))
set object 1 rectangle from (width - box_width) / 2.0, legend_top to (width + box_width) / 2.0, height - 8 \
    fillstyle empty border lc rgb 0xb8b8b8 lw 0.8

entry_x(i) = (width - legend_columns * entry_width) / 2.0 + ((i - 1) % legend_columns) * entry_width + 8
entry_y(i) = legend_top + 16 + 18 * ((i - 1) / legend_columns)
if (legend_rows > 0) {
    do for [i = 1:n_slots] {
        set arrow i from entry_x(i), entry_y(i) to entry_x(i) + sample_width, entry_y(i) nohead \
            lw sample_lw lc rgb colours[i] dt dashed(i)
        entry = (numbered ? sprintf("%d  ", i) : "").names[i]
        set label i entry at entry_x(i) + sample_width + 8, entry_y(i) left textcolor rgb ink font ",11" noenhanced
        if (marked) {
            set label n_slots + 2 + i "" at entry_x(i) + sample_width / 2.0, entry_y(i) \
                point pt marker(i) ps mark_size lc rgb colours[i]
        }
    }
}
last_y = legend_rows > 0 ? height - 19 : (legend_top + height - 8) / 2.0 + (strlen(note_2) ? 7.5 : 0)
set label n_slots + 1 note at width / 2.0, last_y - (strlen(note_2) ? 15 : 0) \
    center textcolor rgb faint font ",10" noenhanced
set label n_slots + 2 note_2 at width / 2.0, last_y center textcolor rgb faint font ",10" noenhanced
plot 2 * height notitle
unset multiplot
unset output
