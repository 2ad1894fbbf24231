"""Processor seconds of scipy's mannwhitneyu on two files of doubles: the least of several runs, and its p-value."""

import sys
import time

import numpy
from scipy import stats

x, y = (numpy.fromfile(name, dtype="<f8") for name in sys.argv[1:3])
seconds = []
for _ in range(int(sys.argv[3])):
    began = time.process_time()
    result = stats.mannwhitneyu(x, y, alternative="two-sided", method="asymptotic")
    seconds.append(time.process_time() - began)
print(min(seconds), repr(float(result.pvalue)))
