# The trend of the kernels as bench/track prepares it: a block per benchmark that ever changed, the geometric mean of all
# first; columns entry, time relative to the first commit, the same at change points only, the commit or nothing.
#   gnuplot -c track.gp trend.dat trend.svg
data = ARG1
out = ARG2
set datafile separator '\t'
set datafile missing ''
stats data using 1 nooutput
set terminal svg size 1000, 400 + 16 * STATS_blocks font "DejaVu Sans,11" noenhanced
set output out
set border 3
set tics nomirror
set grid ytics dt (1, 4)
set key outside below left Left reverse noenhanced maxcols 1
set ylabel "time relative to the first commit"
set offsets 0.5, 0.5, 0, 0
set xtics rotate by 60 right
set yrange [*<0.9:1.1<*]
plot for [i = 0:STATS_blocks - 1] data index i using 1:2:xtic(4) with lines lw (i ? 1 : 3) lc i title columnheader(1), \
     for [i = 1:STATS_blocks - 1] data index i using 1:3 with points pt 7 lc i notitle, \
     keyentry with points pt 7 lc "black" title "change point: differed from the commit before in two measurements"
