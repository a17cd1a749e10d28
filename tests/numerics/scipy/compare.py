"""Compares the statistics with SciPy's on fixed samples: permutation tests of the same statistic over all divisions,
percentile bootstraps, the Mann-Whitney U test, Friedman's chi-square and its permutation distribution.

usage: compare.py ANSWERS_PROGRAM      (exit code 77: there is no SciPy)
"""
import itertools
import json
import subprocess
import sys
from math import sqrt

try:
    import numpy as np
    from scipy import stats
except ImportError:
    sys.exit(77)


def expected_best(values, k):
    """The mean of the least of k over all subsets, as the definition has it."""
    return np.mean([min(subset) for subset in itertools.combinations(values, k)])


def jackknife(values, k):
    return np.array([expected_best(np.delete(values, i), k) for i in range(len(values))])


def error_of(a, b, k, paired):
    of_a, of_b = jackknife(a, k), jackknife(b, k)
    spread = lambda x: (len(x) - 1) / len(x) * np.sum((x - np.mean(x)) ** 2)
    return sqrt(spread(of_a - of_b) if paired else spread(of_a) + spread(of_b))


def studentized(a, b, k, paired):
    return (expected_best(a, k) - expected_best(b, k)) / error_of(a, b, k, paired)


def close(name, found, expected, tolerance):
    if not abs(found - expected) <= tolerance:
        sys.exit(f"{name}: {found!r}, SciPy {expected!r}")
    print(f"{name}: {found:.6g}, SciPy {expected:.6g}")


def compare_test(answers, test):
    k, paired = test["k"], test["paired"]
    a, b = np.array(answers["a"]), np.array(answers["b"][: test["n_b"]])
    name = f"K = {k}{', paired' if paired else ''}"
    close(name + ", difference", test["difference"], expected_best(a, k) - expected_best(b, k), 1e-12)
    close(name + ", standard error", test["error"], error_of(a, b, k, paired), 1e-12)
    for p, alternative in (("p", None), ("p_worse", "greater")):
        statistic = (lambda x, y: studentized(x, y, k, paired))
        if alternative is None:  # two-sided by the absolute value; SciPy doubles the smaller side
            statistic = (lambda x, y: abs(studentized(x, y, k, paired)))
        exact = stats.permutation_test((a, b), statistic, permutation_type="samples" if paired else "independent",
                                       alternative="greater", n_resamples=np.inf).pvalue
        close(f"{name}, {p}", test[p], exact, 4 * sqrt(exact * (1 - exact) / answers["draws"]) + 1 / answers["draws"])
    if k == 1:  # the mean, which resampling leaves without bias
        compare_interval(answers, test, a, b, name)


def compare_interval(answers, test, a, b, name):
    statistic = lambda x, y, axis=-1: np.mean(x, axis=axis) - np.mean(y, axis=axis)
    interval = stats.bootstrap((a, b), statistic, paired=test["paired"], confidence_level=0.9, method="percentile",
                               n_resamples=answers["draws"], random_state=1, vectorized=True).confidence_interval
    close(name + ", low", test["low"], interval.low, 0.004)  # two percentiles of 40,000 draws
    close(name + ", high", test["high"], interval.high, 0.004)


def friedman_p(ranked):
    """All rankings of all workloads but the first."""
    ranks = [stats.rankdata(row) for row in ranked]
    squares = lambda rows: np.sum(np.sum(rows, axis=0) ** 2)
    observed, count, extreme = squares(ranks), 0, 0
    orders = [list(itertools.permutations(row)) for row in ranks[1:]]
    for rows in itertools.product(*orders):
        count += 1
        extreme += squares([ranks[0], *rows]) >= observed - 1e-9
    return extreme / count


def main():
    answers = json.loads(subprocess.run(sys.argv[1], capture_output=True, check=True).stdout)
    for test in answers["tests"]:
        compare_test(answers, test)
    u = stats.mannwhitneyu(answers["a"], answers["b"], method="exact")
    close("Mann-Whitney U", answers["mann_whitney"]["u"], u.statistic, 0)
    close("Mann-Whitney p", answers["mann_whitney"]["p"], u.pvalue, 1e-12)
    chi_square = stats.friedmanchisquare(*np.array(answers["ranked"]).T).statistic
    close("Friedman's chi-square", answers["friedman"]["statistic"], chi_square, 1e-9)
    close("Friedman's p", answers["friedman"]["p"], friedman_p(answers["ranked"]), 1e-12)


main()
