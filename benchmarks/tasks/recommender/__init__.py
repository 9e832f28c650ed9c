"""Two towers over large embeddings, on simulated interactions."""
