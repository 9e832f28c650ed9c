"""What `advisor bench` does: it starts one measuring process after another and keeps their files.

    plan --> gate --> for each replicate: load, launch --> run files
             same model?      quiet?  one process

`plan` is pure; `bench` holds the rest together. Nothing here imports a suite or a framework: what
crosses the border to the laboratory is a command line, a line of JSON in the environment and files.
"""

from advisor.measure.bench import BenchResult, Choices, Preview, bench, preview
from advisor.measure.choose import choose
from advisor.measure.plan import FULL, QUICK, Profile, Replicate, plan
from advisor.measure.progress import Event, shown, time_left

__all__ = [
    "FULL",
    "QUICK",
    "BenchResult",
    "Choices",
    "Event",
    "Preview",
    "Profile",
    "Replicate",
    "bench",
    "choose",
    "plan",
    "preview",
    "shown",
    "time_left",
]
