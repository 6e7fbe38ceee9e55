"""The charts: a finished frame in, an exhibit out. Nothing is aggregated here.

Every function takes ``title`` (the finding), ``subtitle`` (unit, n, period), ``alt``-making names of its columns,
and draws itself twice, for a desk and for a phone.
"""

from aftersales.charts.bars import bars, bridge, waterfall
from aftersales.charts.dots import dot_plot, pairs
from aftersales.charts.scatter import funnel, matrix, strip
from aftersales.charts.trends import Line, gap_trend, heat, trend

__all__ = [
    "Line", "bars", "bridge", "dot_plot", "funnel", "gap_trend", "heat", "matrix", "pairs", "strip", "trend", "waterfall",
]  # fmt: skip
