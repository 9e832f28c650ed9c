"""What `advisor bench` does: it starts one measuring process after another and keeps their files.

    choose --> plan --> gate --> for each replicate: load, launch --> run files --> enough?
    what?               same model?      quiet?  one process                       more rounds

`plan` is pure; `bench` holds the rest together. Nothing here imports a suite or a framework: what
crosses the border to the laboratory is a command line, a line of JSON in the environment and files.
"""

from advisor.measure.bench import BenchResult, Preview, bench, preview
from advisor.measure.choices import Choices
from advisor.measure.choose import Wish, choose
from advisor.measure.plan import AA, FULL, QUICK, STANDARD, Plan, Profile, Replicate
from advisor.measure.progress import Event, shown, time_left

__all__ = [
    "AA",
    "FULL",
    "QUICK",
    "STANDARD",
    "BenchResult",
    "Choices",
    "Event",
    "Plan",
    "Preview",
    "Profile",
    "Replicate",
    "Wish",
    "bench",
    "choose",
    "preview",
    "shown",
    "time_left",
]
