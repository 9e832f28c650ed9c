"""decision = f(answers, evidence as of a date): a pure function, and its parts.

needs       answers -> points, must-haves, focus
ahp         groups of criteria compared in pairs
ratings     statements and cells -> what is known, how surely
score       the kernel: weighted mean and acceptability over draws
robustness  ranking and verdict
flips       the smallest changes that make another framework lead
settle      what to answer, to measure or to look up first while the verdict is not clear
movement    what moved since older evidence
compare     the same answers on two dates
plan        the winner in each phase of the project, the stack to run it with, what moving costs
"""

from advisor.decide.decision import decide

__all__ = ["decide"]
