"""The charts: a finished frame in, an exhibit out. Nothing is aggregated here.

Every function takes ``title`` (the finding), ``subtitle`` (unit, n, period), writes its text alternative
from the frame, and draws itself twice, for a desk and for a phone.
"""

from typing import TYPE_CHECKING

from aftersales.contract import written
from aftersales.display.charts.bars import bars
from aftersales.display.charts.dots import dot_plot, pairs
from aftersales.display.charts.flows import bridge, waterfall
from aftersales.display.charts.gap import gap_trend
from aftersales.display.charts.heat import heat
from aftersales.display.charts.multiples import multiples
from aftersales.display.charts.named import named
from aftersales.display.charts.panels import panels
from aftersales.display.charts.scatter import funnel, matrix
from aftersales.display.charts.store_funnels import store_funnels
from aftersales.display.charts.strip import strip
from aftersales.display.charts.trends import Line, line, trend
from aftersales.display.theme import themed_seaborn

__all__ = [
    "Line",
    "bars",
    "bridge",
    "dot_plot",
    "funnel",
    "gap_trend",
    "heat",
    "line",
    "matrix",
    "multiples",
    "named",
    "pairs",
    "panels",
    "store_funnels",
    "strip",
    "themed_seaborn",
    "trend",
    "waterfall",
]


if not TYPE_CHECKING:

    def __getattr__(name):
        raise written.no_name(__name__, name, __all__)


def __dir__() -> list[str]:
    return __all__
