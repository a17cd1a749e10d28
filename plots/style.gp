# What all figures share, in the style of Choi et al. 2019: terminal, colours, dotted grid, places of panels, axes. Read
# before a figure's own script and after the variables that the program sends (bench/figure_data.h); legend.gp comes last.
# Lengths are pixels of a screen; rows and columns of panels count from 1, from the top left. Text is never enhanced,
# because names may hold _ and ^; only the tics of log axes are.

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

# Two drawing styles: a whisker with caps, and words in place of a mark. Those are empty where there is a mark, because
# gnuplot 5.4 crashes on labels none of which has a place.
whisker = "with vectors heads size screen 4.0 / width, 90 fixed lw 1 lc rgb 'black'"
words = "with labels rotate textcolor rgb faint font ',10' noenhanced"
middle(low, high) = logged ? sqrt(low * high) : (low + high) / 2 # of the present y axis

# --- the canvas ---
# A script sets columns, rows and what differs of these, then evaluates `canvas`.
panel_width = 300
panel_height = 180
margin_left = 0
margin_right = 0
foot = 6
gap_left = 68
gap_right = 24
gap_top = 10
gap_bottom = 16
heading_height = 40.0
legend_of_arms = 1
note = ""
note_2 = ""
text_size = 12
y_size = 12

# Titles take a line, details another.
head = 22
do for [p = 1:n_panels] { if (strlen(details[p])) { head = 36 } }

longest = 0
do for [i = 1:n_slots] { longest = max(longest, strlen(names[i])) }
entry_width = 56 + 7.3 * longest

# The same sizes everywhere: svg counts in pixels, png in half pixels, pdf in inches and points.
svg_size(w, h) = sprintf("svg enhanced size %d, %d ", w, h)
png_size(w, h) = sprintf("pngcairo enhanced size %d, %d fontscale 1.5 linewidth 2 pointscale 2 ", 2 * w, 2 * h)
pdf_size(w, h) = sprintf("pdfcairo enhanced size %g, %g fontscale 0.75 linewidth 0.75 pointscale 0.75 ", w / 96.0, h / 96.0)
sized(w, h) = format eq "svg" ? svg_size(w, h) : format eq "png" ? png_size(w, h) : pdf_size(w, h)
canvas = "\
    width = margin_left + columns * (panel_width + gap_left + gap_right) + margin_right; \
    legend_columns = max(1, min(n_slots, int((width - 60) / entry_width))); \
    legend_rows = legend_of_arms ? int(ceil(1.0 * n_slots / legend_columns)) : 0; \
    legend_columns = legend_rows ? int(ceil(1.0 * n_slots / legend_rows)) : 0; \
    legend_height = 22 + 18 * legend_rows + 15 * (strlen(note) > 0) + 15 * (strlen(note_2) > 0); \
    height = int(head + rows * pitch(1) + foot + legend_height); \
    eval 'set terminal '.sized(width, height).' font \"sans-serif,'.text_size.'\" background \"#ffffff\"'; \
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
share(n) = n == 1 ? 460 : n == 2 ? 340 : n == 3 ? 240 : 200 # how wide one of `n` may be
lines(n) = int(ceil(1.0 * n / per_line))
column_of(p) = 1 + (p - 1) % per_line
row_of(p, r, each) = r + ((p - 1) / per_line) * (each + @heading_share)
rows_for(each) = each * lines(n_panels) + (lines(n_panels) - 1) * @heading_share

# Panel p's title over its middle; what sets it apart from the others in a smaller line below.
heading(p) = sprintf("set label 1 titles[%d] at graph 0.5, 1 center offset 0, %g textcolor rgb ink noenhanced; ", \
                     p, strlen(details[p]) ? 1.75 : 0.9) . \
             sprintf("set label 2 details[%d] at graph 0.5, 1 center offset 0, 0.7 ", p) . \
             "textcolor rgb faint font ',10' noenhanced"
no_heading = "unset label 1; unset label 2"

# --- panels of several cells, one below the other ---
# Arrays row[b] and column[b] place the cells; where the row of cell b of panel p lies.
down(b, p) = row[b] + (p - 1) * @heading_share
rows_with_headings(n) = n + (n_panels - 1) * @heading_share

# Panel p's title above its first cell b, in the middle of the canvas.
row_heading(b, p) = sprintf("set label 1 titles[%d] at screen 0.5, %.6f center textcolor rgb ink noenhanced; ", \
                            p, top(down(b, p)) + (strlen(details[p]) ? 42.0 : 34.0) / height) . \
                    sprintf("set label 2 details[%d] at screen 0.5, %.6f center textcolor rgb faint font ',10' noenhanced", \
                            p, top(down(b, p)) + 28.0 / height)

# A name where there is room for so many pixels.
fit(name, room) = strlen(name) * 6.8 <= room ? name : name[1:int(room / 6.8) - 1]."…"

# --- axes ---
# What the y axis shows, at one distance from the frame whatever the tics are.
y_name(c, r, text) = sprintf("set label 3 '%s' at screen %.6f, %.6f center rotate textcolor rgb ink font ',%d' noenhanced", \
                             text, left(c) - 48.0 / width, (top(r) + bottom(r)) / 2, y_size)

# The axis `a` (x, y, cb) from the array elements NAME_low[i], NAME_high[i], NAME_log[i].
axis(a, name, i) = sprintf("low = %s_low[%d]; high = %s_high[%d]; logged = %s_log[%d]; ", name, i, name, i, name, i) . \
                   sprintf("set %srange [low:high]; eval logged ? log_axis('%s') : linear_axis('%s')", a, a, a)

# As many decimals as the distance between two tics needs.
decimals(span) = max(0, int(ceil(-log10(span / 5.0))))
linear_axis(a) = sprintf("unset logscale %s; set %stics autofreq noenhanced; set format %s '%s'", a, a, a, \
                         decimals(high - low) > 4 ? "%h" : sprintf("%%.%df", decimals(high - low)))

# Less than a decade shows 1 1.5 2 3 5 7, less than two 1 2 5, more the powers of ten, about `most_tics` of them. A narrow
# x axis has room for less.
most_tics = 5
narrow = 0
decades(l, h) = log10(h / l)
round_step(n) = n <= 5 ? int(n) : n <= 10 ? 10 : 20
steps(a, d) = narrow && a eq "x" ? (d > 1 ? "1" : "1 2 5") : (d > 1 ? "1 2 5" : "1 1.5 2 3 5 7")
# Listed one by one: gnuplot 5.4 never ends on a step of ten decades.
power_step(d) = round_step(ceil(d / most_tics))
first_power(step) = step * int(ceil(log10(low) / step))
every_power(a, step) = sprintf("set %stics () enhanced; ", a) . \
    sprintf("do for [k = %d:%d:%d] { set %stics add (10.0**k) }", first_power(step), int(floor(log10(high))), step, a)
powers(a, d) = sprintf("set format %s '10^{%%T}'; ", a) . \
               (power_step(d) == 1 ? sprintf("set %stics 10 enhanced", a) : every_power(a, power_step(d)))
listed(a, d) = sprintf("set format %s '%%h'; set %stics (1) noenhanced; ", a, a) . \
               sprintf("do for [k = -9:6] { do for [m in '%s'] { set %stics add (m * 10.0**k) } }", steps(a, d), a)
tics(a, d) = d > (narrow && a eq "x" ? 1.5 : 2) ? powers(a, d) : listed(a, d)
log_axis(a) = sprintf("set logscale %s; ", a) . tics(a, decades(low, high))
