"""A dilated one-dimensional convolutional network on machine sensors."""
