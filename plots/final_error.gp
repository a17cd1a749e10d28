# The selected trials: validation error in a panel's top row, test error in its bottom row, where the expected error of
# the best of K new trials stands beside it.
columns = min(n_panels, per_line)
rows = rows_for(2)
panel_width = share_of_arms(columns)
note = "bars: the selected trial; whiskers: ".band_name . (has_arrows ? "; arrow: some resamples have no feasible trial" : "")
note_2 = has_expected ? "beside a bar: expected test error of the best of K new trials (N/5, or as declared) and its 90 ".pct." interval" : ""
marked = 1
mark_size = bar_mark_size
eval number_arms
gap_bottom = numbered ? 26 : gap_bottom
eval canvas

linked = links ? ", '' index p - 1 using 2:(valid(c) ? column(c) : middle(low, high)):13".link : ""
do for [p = 1:n_panels] {
    eval arms_axis(places[p])
    do for [r = 1:2] {
        c = r == 1 ? 3 : 6
        e = r == 1 ? 1000 : 9
        eval r == 1 ? heading(p) : no_heading
        eval place(column_of(p), row_of(p, r, 2))
        eval axis("y", r == 1 ? "val" : "test", p)
        eval y_name(column_of(p), row_of(p, r, 2), r == 1 ? val_axis[p] : test_axis[p])
        if (low > high) { continue }
        aside = r == 2 && has_expected ? 0.12 : 0
        plot data index p - 1 using (column(c + 2) <= high ? $2 - aside : NaN):c + 1:(0):(column(c + 2) - column(c + 1)) \
                @whisker, \
             '' index p - 1 using (column(c + 2) > high ? $2 - aside : NaN):c + 1:(0):(high - column(c + 1)) @arrow, \
             '' index p - 1 using ($2 - 0.34 - aside / 2):c:(0.68 - aside):(0):(colours[int($1)]) @bar, \
             '' index p - 1 using ($2 - aside):c:(marker(int($1))):(colours[int($1)]) @bar_mark, \
             '' index p - 1 @numbers, \
             '' index p - 1 using 2:(middle(low, high)):(valid(c) ? "" : "no feasible trial") @words, \
             '' index p - 1 using (r == 2 ? $2 + 0.34 : NaN):10:(0):($11 - $10) @whisker, \
             '' index p - 1 using (r == 2 ? $2 + 0.34 : NaN):9:(marker(int($1))):(colours[int($1)]) @bar_mark @linked
    }
}
sample_lw = 3
dashed(i) = 1
