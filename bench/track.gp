# The trend of the kernels as bench/track prepares it: a block per benchmark that ever changed, the geometric mean of all
# first; columns entry, time relative to the first commit, and the same at change points only.
#   gnuplot -c track.gp trend.dat trend.svg
data = ARG1
out = ARG2
set terminal svg size 900, 420 font "DejaVu Sans,11" noenhanced
set output out
set datafile separator '\t'
set datafile missing ''
stats data using 1 nooutput
set border 3
set tics nomirror
set grid ytics dt (1, 4)
set key outside right top Left reverse noenhanced
set xlabel "entry of the history"
set ylabel "time relative to the first commit"
set xrange [0.5:*]
set xtics autofreq
set yrange [*<0.9:1.1<*]
plot for [i = 0:STATS_blocks - 1] data index i using 1:2 with lines lw (i ? 1 : 3) lc i title columnheader(1), \
     for [i = 1:STATS_blocks - 1] data index i using 1:3 with points pt 7 lc i notitle
