"""A small convolutional network on CIFAR-10."""
