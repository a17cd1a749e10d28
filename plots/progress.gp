# Training loss by step, example and second, a panel a row; where batch sizes differ, progress per example beside them.
per_line = 1
columns = 3 + has_batches
panel_width = 205
most_lines = 0
do for [p = 1:n_panels] { most_lines = max(most_lines, last[p] - first[p] + 1) }
panel_height = n_slots > 10 ? max(180, min(420, 8 * most_lines)) : 180 # where numbers stand at the ends
gap_top = 26
gap_bottom = 44
foot = 6
marked = 1
rows = rows_for(1)
note = "training loss of the selected trials; seconds with evaluations".(has_batches ? \
       "; thicker: larger batches; right: to the lowest loss all arms reach" : "")
eval number_lines
eval canvas

cell(c, p, x) = sprintf("eval place(%d, row_of(%d, 1, 1)); eval axis('x', '%s', %d)", c, p, x, p)
do for [p = 1:n_panels] {
    do for [c = 1:columns] {
        eval c < 4 ? number_ends(p, 1) : "unset label; unset arrow"
        if (c == 1) { eval heading_of_row(row_of(p, 1, 1), p) }
        eval cell(c, p, word("steps examples seconds batches", c))
        set xlabel (c == 4 ? "batch size" : word("step examples seconds", c))
        eval axis("y", c == 4 ? "progress" : "loss", p)
        if (c == 1 || c == 4) {
            eval y_name(c, row_of(p, 1, 1), c == 4 ? "nats per million examples" : "training loss")
        }
        if (low > high) { continue }
        x = c == 4 ? 5 : c
        y = c == 4 ? 6 : 4
        linked = links ? ", @blocks '' index b - 1 using x:y:7".link : ""
        plot @blocks data index b - 1 using x:y with lines lw thickness[b] lc rgb colours[slot[b]] dt dash(slot[b]), \
             @blocks '' index b - 1 using x:y @marks @linked
    }
}
sample_lw = 2
dashed(i) = dash(i)
