# What all figures share, in the style of Choi et al. 2019: terminal, colours, dotted grid, places of panels, axes. Read before a
# figure's own script and after the variables that the program sends (bench/figure_data.h); legend.gp ends the figure.
# Lengths are pixels of a screen; rows and columns of panels count from 1, from the top left. Text is never enhanced, because
# names may hold _ and ^; only the tics of log axes are.

set encoding utf8
set minussign
ink = 0x262626
faint = 0x767676

set border 15 lw 0.8 lc rgb 0x6e6e6e back
set tics nomirror out scale 0.4 textcolor rgb ink
set grid ytics lw 1 lc rgb 0xb0b0b0 dt (1, 4)
set style fill solid 1.0 noborder
set xtics font ",10" offset 0, 0.3; set ytics font ",10" offset 0.5
set xlabel noenhanced textcolor rgb ink offset 0, 0.8
set key off

max(a, b) = a > b ? a : b
min(a, b) = a < b ? a : b

# The middle of the present y axis.
middle(low, high) = logged ? sqrt(low * high) : (low + high) / 2

# Words in place of a mark are empty where there is a mark: gnuplot 5.4 crashes on labels none of which has a place.

# A whisker with caps.
whisker = "with vectors heads size screen 4.0 / width, 90 fixed lw 1 lc rgb 'black'"

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
legend_of_arms = 1
note = ""; note_2 = ""
text_size = 12
y_size = 12

# Few panels may be wide: the width of one among `n` side by side.
share(n) = n == 1 ? 460 : n == 2 ? 340 : n == 3 ? 240 : 200

# Titles take a line, details another.
head = 22
do for [p = 1:n_panels] { if (strlen(details[p])) { head = 36 } }

longest = 0
do for [i = 1:n_slots] { longest = max(longest, strlen(names[i])) }
entry_width = 56 + 6.9 * longest

terminal(format) = format eq "svg" \
    ? sprintf("svg enhanced size %d, %d font 'sans-serif,%g' background '#ffffff'", width, height, text_size) \
    : format eq "png" \
    ? sprintf("pngcairo enhanced size %d, %d font 'sans-serif,%g' fontscale 1.5 linewidth 2 pointscale 2 background '#ffffff'", 2 * width, 2 * height, text_size) \
    : sprintf("pdfcairo enhanced size %g, %g font 'sans-serif,%g' fontscale 0.75 linewidth 0.75 pointscale 0.75 background '#ffffff'", width / 96.0, height / 96.0, text_size)

canvas = "width = margin_left + columns * (panel_width + gap_left + gap_right) + margin_right; \
legend_columns = max(1, min(n_slots, int((width - 60) / entry_width))); \
legend_rows = legend_of_arms ? int(ceil(1.0 * n_slots / legend_columns)) : 0; \
legend_height = 22 + 18 * legend_rows + 15 * (strlen(note) > 0) + 15 * (strlen(note_2) > 0); \
height = head + rows * (panel_height + gap_top + gap_bottom) + foot + legend_height; \
eval 'set terminal '.terminal(format); set output output; set multiplot"

left(c) = (margin_left + gap_left + (c - 1) * (panel_width + gap_left + gap_right)) / (1.0 * width)
right(c) = left(c) + panel_width / (1.0 * width)
top(r) = 1 - (head + gap_top + (r - 1) * (panel_height + gap_top + gap_bottom)) / (1.0 * height)
bottom(r) = top(r) - panel_height / (1.0 * height)
place(c, r) = sprintf("set lmargin at screen %.6f; set rmargin at screen %.6f; set tmargin at screen %.6f; set bmargin at screen %.6f", \
                      left(c), right(c), top(r), bottom(r))

# A name where there is room for so many pixels.
fit(name, room) = strlen(name) * 6.8 <= room ? name : name[1:int(room / 6.8) - 1]."…"

# Figures whose panels take rows of their own put their titles above the first one: how far down cell b of panel p lies.
heading_height = 34.0
down(b, p) = row[b] + (p - 1) * heading_height / (panel_height + gap_top + gap_bottom)
rows_with_headings(n) = n + (n_panels - 1) * heading_height / (panel_height + gap_top + gap_bottom)
row_heading(b, p) = sprintf("set label 1 titles[%d] at screen 0.5, %.6f center textcolor rgb ink noenhanced; \
                             set label 2 details[%d] at screen 0.5, %.6f center textcolor rgb faint font ',10' noenhanced", \
                            p, top(down(b, p)) + (strlen(details[p]) ? 42.0 : 34.0) / height, p, top(down(b, p)) + 28.0 / height)

# Panel p's title over its middle; what sets it apart from the others in a smaller line below.
heading(p) = sprintf("set label 1 titles[%d] at graph 0.5, 1 center offset 0, %g textcolor rgb ink noenhanced; \
                      set label 2 details[%d] at graph 0.5, 1 center offset 0, 0.7 textcolor rgb faint font ',10' noenhanced", \
                     p, strlen(details[p]) ? 1.75 : 0.9, p)
no_heading = "unset label 1; unset label 2"

# What the y axis shows, at one distance from the frame whatever the tics are.
y_name(c, r, text) = sprintf("set label 3 '%s' at screen %.6f, %.6f center rotate textcolor rgb ink font ',%d' noenhanced", \
                             text, left(c) - 48.0 / width, (top(r) + bottom(r)) / 2, y_size)

# --- axes ---
# The axis `a` (x or y) from the array elements NAME_low[i], NAME_high[i], NAME_log[i].
axis(a, name, i) = sprintf("low = %s_low[%d]; high = %s_high[%d]; logged = %s_log[%d]; ", name, i, name, i, name, i) . \
                   sprintf("set %srange [low:high]; eval logged ? log_axis('%s') : linear_axis('%s')", a, a, a)

most_tics = 5

# As many decimals as the distance between two tics needs.
decimals(span) = max(0, int(ceil(-log10(span / 5.0))))
linear_axis(a) = sprintf("unset logscale %s; set %stics autofreq noenhanced; set format %s '%s'", a, a, a, \
                         decimals(high - low) > 4 ? "%h" : sprintf("%%.%df", decimals(high - low)))

# Less than a decade shows 1 1.5 2 3 5 7, up to `few_decades` 1 2 5, more the powers of ten, about `most_tics` of them.
few_decades = 2
decades(l, h) = log10(h / l)
log_axis(a) = sprintf("set logscale %s; ", a) . (decades(low, high) > few_decades \
    ? sprintf("set %stics 10**%d enhanced; set format %s '10^{%%T}'", a, int(ceil(decades(low, high) / most_tics)), a) \
    : sprintf("set format %s '%%h'; set %stics (1) noenhanced; do for [k = -9:6] { do for [m in '%s'] { set %stics add (m * 10.0**k) } }", \
              a, a, decades(low, high) > 1 ? "1 2 5" : "1 1.5 2 3 5 7", a))
