"""Charts as SVG to stand in a page: data and words in, the same bytes out every time.

    share_bars    rows of segments that share a whole: scores, or how often each place is taken
    discs         rows with one lettered disc per framework on a track as long as the weight
    intervals     rows with a dot and its interval, on an axis that starts at zero
    spans         rows with a range around a common line: how far each uncertainty moves a lead
    level_matrix  rows of levels, one per framework, against the level that is asked for

`canvas` says how a chart comes to be and what it owes its page.
"""

from advisor.render.charts.bars import SHADES, Segment, ShareRow, share_bars
from advisor.render.charts.canvas import SHAPES, WIDTH
from advisor.render.charts.matrix import LevelMark, LevelRow, level_matrix
from advisor.render.charts.spans import Part, SpanRow, spans
from advisor.render.charts.times import IntervalRow, intervals
from advisor.render.charts.tracks import Disc, DiscRow, discs

__all__ = [
    "SHADES",
    "SHAPES",
    "WIDTH",
    "Disc",
    "DiscRow",
    "IntervalRow",
    "LevelMark",
    "LevelRow",
    "Part",
    "Segment",
    "ShareRow",
    "SpanRow",
    "discs",
    "intervals",
    "level_matrix",
    "share_bars",
    "spans",
]
