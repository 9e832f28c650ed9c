"""advisor: choose between Keras, TensorFlow and PyTorch on measured, dated evidence.

A decision is a pure function of answers and of the evidence as of a date. The package reads
evidence and decides; it never imports a framework. ARCHITECTURE.md draws the house.
"""

__version__ = "0.1.0"
