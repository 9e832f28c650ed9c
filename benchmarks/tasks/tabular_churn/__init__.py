"""Categorical embeddings and a perceptron on customers who may leave."""
