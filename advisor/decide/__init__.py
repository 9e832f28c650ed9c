"""decision = f(answers, evidence as of a date): a pure function, and its parts.

needs       answers -> points, must-haves, focus
ratings     statements and cells -> what is known, how surely
score       the kernel: weighted mean and acceptability over draws
robustness  ranking and verdict
flips       the smallest changes that make another framework lead
settle      what to answer, to measure or to look up first while the verdict is not clear
movement    what moved since older evidence
plan        the stack to run the winner with
"""

from advisor.decide.decision import decide

__all__ = ["decide"]
