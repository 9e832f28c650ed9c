"""ResNet-20 in Keras: the functional interface, compiled.

Follows https://keras.io/guides/functional_api/ (section on a toy ResNet) and
https://keras.io/api/layers/normalization_layers/batch_normalization/
"""

import keras
from keras import layers

__all__ = ["build", "compile_model", "optimizer"]

WIDTHS = (16, 16, 16, 32, 32, 32, 64, 64, 64)


def conv(
    x: keras.KerasTensor, outputs: int, *, size: int, stride: int, name: str
) -> keras.KerasTensor:
    """A convolution without bias, with size // 2 zeros on each side."""
    padding = "same"
    if size == 3 and stride == 2:  # where "same" pads one side only
        x, padding = layers.ZeroPadding2D(1)(x), "valid"
    return layers.Conv2D(outputs, size, strides=stride, padding=padding, use_bias=False, name=name)(
        x
    )


def norm(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Batch norm, with the constants stated that the frameworks do not agree on."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=name)(x)


def block(x: keras.KerasTensor, outputs: int, stride: int, name: str) -> keras.KerasTensor:
    """Two convolutions around which the input is carried, by a 1x1 one if shapes change."""
    y = conv(x, outputs, size=3, stride=stride, name=f"{name}_conv1")
    y = layers.ReLU()(norm(y, f"{name}_norm1"))
    y = norm(conv(y, outputs, size=3, stride=1, name=f"{name}_conv2"), f"{name}_norm2")
    if stride != 1:
        x = conv(x, outputs, size=1, stride=stride, name=f"{name}_conv3")
        x = norm(x, f"{name}_norm3")
    return layers.ReLU()(layers.add([x, y]))


def build() -> keras.Model:
    """Images (batch, 32, 32, 3) in [0, 1] to logits (batch, 10)."""
    images = keras.Input((32, 32, 3))
    x = layers.ReLU()(norm(conv(images, 16, size=3, stride=1, name="conv"), "norm"))
    for number, outputs in enumerate(WIDTHS):
        x = block(x, outputs, outputs // x.shape[-1], f"blocks_{number}")
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(images, layers.Dense(10, name="logits")(x))


def optimizer() -> keras.optimizers.Optimizer:
    """Adam, with everything stated that the frameworks do not agree on."""
    return keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)


def compile_model(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, *, jit_compile: bool
) -> None:
    """Mean cross-entropy of logits (batch, 10) and integer labels (batch,), no further metric."""
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=jit_compile,
    )
