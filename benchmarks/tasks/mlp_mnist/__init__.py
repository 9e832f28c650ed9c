"""A 784-512-512-10 perceptron on handwritten digits."""
