"""ResNet-20 with batch norm on CIFAR-10."""
