"""A recursive network on formulas of different depth, three times."""
