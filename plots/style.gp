# What all figures share, in the style of Choi et al. 2019: terminal, colours, dotted grid, places of panels, axes. Read
# before a figure's own script and after the variables that the program sends (bench/figures/figure_data.h); legend.gp
# comes last. Lengths are pixels of a screen; rows and columns of panels count from 1, from the top left. Text is never
# enhanced, because names may hold _ and ^; only the labels of ticks are, which the program made of digits.

# In a page every mark leads to its trial: invisible marks lie on top, called as the last column of their rows, and the
# page makes links of them. A file of its own is written without them (bench/figures/figure_svg.c).
links = format eq "svg"
link = " with labels hypertext point pt 7 ps 1.1 lc rgb '#ff000000'"

set encoding utf8
set minussign
ink = 0x262626
faint = 0x767676

set border 15 lw 0.8 lc rgb 0x6e6e6e back
set tics nomirror out scale 0.4 textcolor rgb ink
set grid ytics lw 1 lc rgb 0xb0b0b0 dt (1, 4)
set style fill solid 1.0 noborder
set xtics font ",10" offset 0, 0.3
set ytics font ",10" offset 0.5
set xlabel noenhanced textcolor rgb ink offset 0, 0.8
set key off

max(a, b) = a > b ? a : b
min(a, b) = a < b ? a : b

# --- an arm's look ---
# Marker and dash go by the slot's number, with periods of ten and seven, so that they differ in print whatever the
# colours are.
set dashtype 1 solid
set dashtype 2 (7, 3)
set dashtype 3 (2, 3)
set dashtype 4 (7, 3, 2, 3)
set dashtype 5 (12, 4)
set dashtype 6 (7, 3, 2, 3, 2, 3)
set dashtype 7 (12, 3, 3, 3)
set dashtype 8 (10, 6) # of lines to compare with
set dashtype 9 (2, 5)
dash(s) = 1 + (s - 1) % 7
marker(s) = int(word("7 5 9 11 13 6 4 8 10 12", 1 + (s - 1) % 10))
line = "with lines lw 2 lc rgb colours[slot[b]] dt dash(slot[b])"
marks = "with points pt marker(slot[b]) ps 0.8 lc rgb colours[slot[b]]"
blocks = "for [b = first[p]:last[p]]"

# Drawing styles: a whisker with caps, one whose upper end is infinite, a bar, and words in place of a mark. Words are
# empty where there is a mark, because gnuplot 5.4 crashes on labels none of which has a place.
whisker = "with vectors heads size screen 4.0 / width, 90 fixed lw 1 lc rgb 'black'"
arrow = "with vectors head size screen 8.0 / width, 20 filled lw 1 lc rgb 'black'"
bar = "with vectors nohead lw 3 lc rgb variable"
bar_mark = "with points pt variable ps bar_mark_size lc rgb variable" # wider than the bar, or nobody sees its shape
bar_mark_size = 1.2
words = "with labels rotate textcolor rgb faint font ',10' noenhanced"
middle(low, high) = logged ? sqrt(low) * sqrt(high) : (low + high) / 2 # of the present y axis

# --- the canvas ---
# A script sets columns, rows and what differs of these, then evaluates `canvas`.
panel_width = 300
panel_height = 180
margin_left = 0
margin_right = 0
foot = 6
name_room = max(48.0, 6.2 * widest + 16) # from a panel's frame to the name of its y axis
gap_left = name_room + 20
gap_right = 24
gap_top = 10
gap_bottom = 16
heading_height = 40.0
legend_of_arms = 1
marked = 0 # do arms have markers?
mark_size = 0.8
note = ""
note_2 = ""
text_size = 12
y_size = 12

# Titles take a line, details another.
head = 22
do for [p = 1:n_panels] { if (strlen(details[p])) { head = 36 } }

longest = 0
most_places = 0
do for [i = 1:n_slots] { longest = max(longest, widths[i]) }
do for [p = 1:n_panels] { most_places = max(most_places, places[p]) }
sample_width = 46
entry_width = sample_width + 32 + 7.3 * longest
crowded = n_slots > 12 # then panels are wider, and the legend has two columns at least

# The same sizes everywhere, measured: svg counts in pixels, png here in half pixels, pdf and tex in inches and points.
svg_size(w, h) = sprintf("svg enhanced size %d, %d ", w, h)
png_size(w, h) = sprintf("pngcairo enhanced size %d, %d fontscale 1.5 linewidth 2 pointscale 2 ", 2 * w, 2 * h)
pdf_size(w, h) = sprintf("pdfcairo enhanced size %g, %g fontscale 0.5625 linewidth 1.5 pointscale 1 ", w / 96.0, h / 96.0)
tex_size(w, h) = sprintf("cairolatex pdf standalone size %gin, %gin linewidth 1.5 ", w / 72.0, h / 72.0) # LaTeX scales no fonts
sized(w, h) = format eq "svg" ? svg_size(w, h) : format eq "png" ? png_size(w, h) : \
              format eq "tex" ? tex_size(w, h) : pdf_size(w, h)
tex = format eq "tex"
family = tex ? "" : "sans-serif"
pct = tex ? "\\%" : "%" # in a text
note_width = 5.7 * max(strlen(note), strlen(note_2)) + 40
canvas = "\
    width = margin_left + columns * (panel_width + gap_left + gap_right) + margin_right; \
    note_width = 5.7 * max(strlen(note), strlen(note_2)) + 40; \
    slack = max(0, max(note_width, legend_of_arms ? (1 + crowded) * entry_width + 60 : 0) - width); \
    width = width + slack; \
    margin_left = margin_left + slack / 2; \
    legend_columns = max(1, min(n_slots, int((width - 60) / entry_width))); \
    legend_rows = legend_of_arms ? int(ceil(1.0 * n_slots / legend_columns)) : 0; \
    legend_columns = legend_rows ? int(ceil(1.0 * n_slots / legend_rows)) : 0; \
    legend_height = 22 + 18 * legend_rows + 15 * (strlen(note) > 0) + 15 * (strlen(note_2) > 0); \
    height = int(head + rows * pitch(1) + foot + legend_height); \
    eval 'set terminal '.sized(width, height).' font \"'.family.','.text_size.'\" background \"#ffffff\"'; \
    set output output; \
    set multiplot"

# How many pixels `n` rows take; which share of a row a title in between takes.
pitch(n) = n * (panel_height + gap_top + gap_bottom)
heading_share = "heading_height / pitch(1)"

left(c) = (margin_left + gap_left + (c - 1) * (panel_width + gap_left + gap_right)) / (1.0 * width)
right(c) = left(c) + panel_width / (1.0 * width)
top(r) = 1 - (head + gap_top + pitch(r - 1)) / (1.0 * height)
bottom(r) = top(r) - panel_height / (1.0 * height)
place(c, r) = sprintf("set lmargin at screen %.6f; set rmargin at screen %.6f; ", left(c), right(c)) . \
              sprintf("set tmargin at screen %.6f; set bmargin at screen %.6f", top(r), bottom(r))

# --- panels side by side, four in a line ---
# A panel takes `each` rows; where its row `r` lies.
per_line = 4
share(n) = n == 1 ? (crowded ? 640 : 460) : n == 2 ? 340 : n == 3 ? 240 : 200 # how wide one of `n` may be
lines(n) = int(ceil(1.0 * n / per_line))
column_of(p) = 1 + (p - 1) % per_line
row_of(p, r, each) = r + ((p - 1) / per_line) * (each + @heading_share)
rows_for(each) = each * lines(n_panels) + (lines(n_panels) - 1) * @heading_share

# Panels of arms side by side: no arm is narrower than a line of turned text, none much wider than its bar should be.
share_of_arms(n) = max(14 * most_places, min(share(n), 150 + 50 * most_places))
arms_axis(n) = sprintf("set xrange [0.4:%g]; unset xtics", n + 0.6)

# Of more arms than there are markers, numbers stand below the bars and in the legend.
numbered = 0
number_arms = "numbered = n_slots > 10; entry_width = entry_width + 24 * numbered"
numbers = "using 2:(low):(numbered ? sprintf('%d', $1) : '') with labels offset 0, -0.7 textcolor rgb faint font ',9' noenhanced"

# Numbers beside the ends of so many lines, and in the legend: where lines cross, neither colour nor dash tells them apart,
# least of all in grey. A script evaluates the first before `canvas`, the second before it plots cell r of panel p.
number_lines = number_arms."; gap_right = gap_right + 20 * numbered"
number_ends(p, r) = "unset label; unset arrow".(!numbered ? "" : sprintf("; do for [b = first[%d]:last[%d]] ", p, p). \
    sprintf("{ eval ends_%d[b] == ends_%d[b] ? number_end(b, ends_%d[b], labels_%d[b]) : '' }", r, r, r, r))
number_end(b, end, label) = \
    sprintf("set label %d '%d' at graph %.4f, graph %.4f left ", 100 + b, slot[b], 1 + 21.0 / panel_width, label) . \
    "textcolor rgb ink font ',8' noenhanced; " . \
    sprintf("set arrow %d from graph 1, graph %.4f to graph %.4f, graph %.4f ", 100 + b, end, 1 + 18.0 / panel_width, label) . \
    "nohead lw 0.5 lc rgb faint"

# Panel p's title over its middle; what sets it apart from the others in a smaller line below.
heading(p) = sprintf("set label 1 titles[%d] at graph 0.5, 1 center offset 0, %g textcolor rgb ink noenhanced; ", \
                     p, strlen(details[p]) ? 1.75 : 0.9) . \
             sprintf("set label 2 fit(details[%d], detail_widths[%d], 1.1 * (panel_width + gap_left)) ", p, p) . \
             "at graph 0.5, 1 center offset 0, 0.7 textcolor rgb faint font ',10' noenhanced"
no_heading = "unset label 1; unset label 2"

# --- panels of several cells, one below the other ---
# Arrays row[b] and column[b] place the cells; where the row of cell b of panel p lies.
down(b, p) = row[b] + (p - 1) * @heading_share
rows_with_headings(n) = n + (n_panels - 1) * @heading_share

# Panel p's title above its first cell b, in the middle of the canvas.
title_height(p) = strlen(details[p]) ? 42.0 : 34.0
row_heading(b, p) = heading_of_row(down(b, p), p)
heading_of_row(r, p) = sprintf("set label 1 titles[%d] at screen 0.5, %.6f center textcolor rgb ink noenhanced; ", \
                               p, top(r) + title_height(p) / height) . \
                       sprintf("set label 2 details[%d] at screen 0.5, %.6f center ", p, top(r) + 28.0 / height) . \
                       "textcolor rgb faint font ',10' noenhanced"

# A text of so many columns where there is room for so many pixels: without its middle if need be.
kept(name, columns, room) = int(room / 6.8 * strlen(name) / columns) - 1
shortened(name, n) = n < 1 ? "" : name[1:n - n / 3]."…".name[strlen(name) - n / 3 + 1:strlen(name)]
fit(name, columns, room) = tex || columns * 6.8 <= room ? name : shortened(name, kept(name, columns, room))

# --- axes ---
# What the y axis shows, at one distance from the frame.
y_name(c, r, text) = (y_text = text, sprintf("set label 3 y_text at screen %.6f, %.6f center rotate ", \
                             left(c) - name_room / width, (top(r) + bottom(r)) / 2) . \
                     sprintf("textcolor rgb ink font ',%d' noenhanced", y_size))

# The axis `a` (x, y, cb) from the array elements NAME_low[i], NAME_high[i], NAME_log[i], NAME_ticks[i]. Where there is
# nothing to show it is empty.
axis(a, name, i) = sprintf("low = %s_low[%d]; high = %s_high[%d]; logged = %s_log[%d]; ", name, i, name, i, name, i) . \
                   sprintf("eval low > high ? no_axis('%s') : some_axis('%s', %s_ticks[%d])", a, a, name, i)
no_axis(a) = sprintf("unset logscale %s; set %srange [0:1]; set %stics ()", a, a, a)
some_axis(a, ticks) = sprintf("unset logscale %s; set %srange [low:high]; ", a, a) . \
                      (logged ? sprintf("set logscale %s %d; ", a, logged) : "") . \
                      sprintf("set %stics (%s) enhanced", a, ticks)
