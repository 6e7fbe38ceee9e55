"""The charts: a finished frame in, an exhibit out. Nothing is aggregated here.

Every function takes ``title`` (the finding), ``subtitle`` (unit, n, period), writes its text alternative from the
frame, and draws itself twice, for a desk and for a phone.
"""

# ruff: noqa: E402
from aftersales import lazily

lazily.seaborn()  # before any chart imports it

from aftersales.charts.bars import bars
from aftersales.charts.dots import dot_plot, pairs
from aftersales.charts.flows import bridge, waterfall
from aftersales.charts.gap import gap_trend
from aftersales.charts.heat import heat
from aftersales.charts.scatter import funnel, matrix
from aftersales.charts.strip import strip
from aftersales.charts.trends import Line, trend

__all__ = [
    "Line", "bars", "bridge", "dot_plot", "funnel", "gap_trend", "heat", "matrix", "pairs", "strip", "trend", "waterfall",
]  # fmt: skip
