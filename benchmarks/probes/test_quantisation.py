"""Quantisation: can models be made smaller and faster with fewer bits?

A network of two layers is quantised after training. Its outputs may differ by five per cent of
their spread in eight bits and by thirty in four; its weights have to take at most 0.3 of the place.
PyTorch's way is torchao, a package of its own that its documentation now points to.
"""

from typing import Any

import numpy as np

from benchmarks.probes.child import Child
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="quantisation",
    facts={
        "eight-bits-answer": "with eight-bit weights a model gives nearly the same outputs",
        "smaller": "its weights then take less than 0.3 of the place",
        "in-the-framework": "the quantised model runs in the framework, not only after conversion",
        "four-bits-answer": "with four-bit weights it still gives similar outputs",
    },
    asides={"eight-bits-everywhere": "eight-bit weights answer on JAX and on PyTorch as well"},
    rows=(
        Row(4, needs=("eight-bits-answer", "smaller", "in-the-framework", "four-bits-answer")),
        Row(3, needs=("eight-bits-answer", "smaller", "in-the-framework")),
        Row(2, needs=("eight-bits-answer", "smaller")),
        Row(1, needs=("eight-bits-answer",)),
    ),
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 256)).astype(np.float32)
WEIGHTS = [RNG.normal(size=(256, 256)).astype(np.float32) / 16 for _ in range(2)]


def near(found: Any, wanted: Any, most: float) -> str:
    """How far outputs are apart, as a share of their spread; AssertionError if too far."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    share = float(np.abs(found - wanted).mean() / wanted.std())
    assert share < most, f"outputs differ by {share:.1%} of their spread"
    return f"outputs differ by {share:.1%} of their spread"


def small(now: int, before: int) -> str:
    """What is left of the size; AssertionError if too much."""
    said = f"{before} bytes became {now}"
    assert now < 0.3 * before, said
    return said


def keras_quantised(mode: str) -> tuple[str, int, int, str]:
    """Quantise in place: the difference, bytes of weights after and before, and their type."""
    import keras

    layers = [keras.layers.Dense(256, use_bias=False) for _ in WEIGHTS]
    model = keras.Sequential([keras.Input((256,)), *layers])
    model.set_weights(WEIGHTS)
    wanted, before = model.predict(X, verbose=0), _bytes(model)
    model.quantize(mode)
    most = 0.05 if mode == "int8" else 0.3
    said = near(model.predict(X, verbose=0), wanted, most)
    return said, _bytes(model), before, str(layers[0].kernel.dtype)


def _bytes(model: Any) -> int:
    return int(sum(np.asarray(weight).nbytes for weight in model.get_weights()))


def keras_eight_bits() -> str:
    return keras_quantised("int8")[0]


def test_keras(facts: Facts, on_jax: Child, on_torch: Child) -> None:
    now, before, kept = 0, 0, ""
    with facts.trying("eight-bits-answer") as trial:
        said, now, before, kept = keras_quantised("int8")
        trial.tell(said)
    with facts.trying("smaller") as trial:
        trial.tell(small(now, before))
    facts.record("in-the-framework", kept == "int8", f"the layer's kernel is kept as {kept}")
    with facts.trying("four-bits-answer") as trial:
        trial.tell(keras_quantised("int4")[0])
    with facts.trying("eight-bits-everywhere") as trial:
        trial.tell("; ".join(child.run(keras_eight_bits) for child in (on_jax, on_torch)))


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    class Model(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = [tf.Variable(weight) for weight in WEIGHTS]

        @tf.function(input_signature=[tf.TensorSpec((32, 256), tf.float32)])
        def __call__(self, x: Any) -> Any:
            return x @ self.weights[0] @ self.weights[1]

    model = Model()
    wanted = model(tf.constant(X)).numpy()
    concrete = [model.__call__.get_concrete_function()]

    def converted(optimizations: list[Any]) -> bytes:
        converter = tf.lite.TFLiteConverter.from_concrete_functions(concrete, model)
        converter.optimizations = optimizations
        return bytes(converter.convert())

    plain = quantised = b""
    with facts.trying("eight-bits-answer") as trial:
        plain, quantised = converted([]), converted([tf.lite.Optimize.DEFAULT])
        interpreter = tf.lite.Interpreter(model_content=quantised)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], X)
        interpreter.invoke()
        found = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        trial.tell(f"converted: {near(found, wanted, 0.05)}")
    with facts.trying("smaller") as trial:
        trial.tell(small(len(quantised), len(plain)))
    for fact, words in {
        "in-the-framework": ("quantize_model", "quantize_weights"),
        "four-bits-answer": ("int4_weights", "quantize_int4"),
    }.items():
        names = [name for name in (*dir(tf.quantization), *dir(tf)) if name in words]
        facts.record(fact, bool(names), ", ".join(names) or "the converter is the only way")


def test_pytorch(facts: Facts) -> None:
    facts.need("torchao")
    import torch
    from torchao.quantization import Int8WeightOnlyConfig, IntxWeightOnlyConfig, quantize_

    def model() -> torch.nn.Sequential:
        layers = [torch.nn.Linear(256, 256, bias=False) for _ in WEIGHTS]
        for layer, weight in zip(layers, WEIGHTS, strict=True):
            layer.weight.data = torch.from_numpy(weight.T.copy())
        return torch.nn.Sequential(*layers).eval()

    x = torch.from_numpy(X)
    wanted, changed = model()(x).detach(), model()
    with facts.trying("eight-bits-answer") as trial:
        quantize_(changed, Int8WeightOnlyConfig())
        trial.tell(f"torchao: {near(changed(x).detach(), wanted, 0.05)}")
    with facts.trying("smaller") as trial:
        parts = [p for weight in changed.parameters() for p in _parts(weight)]
        now = sum(part.numel() * part.element_size() for part in parts)
        trial.tell(small(now, sum(weight.nbytes for weight in WEIGHTS)))
    kind = type(changed[0].weight.data).__name__
    facts.record(
        "in-the-framework", isinstance(changed[0], torch.nn.Linear), f"a Linear with {kind}"
    )
    with facts.trying("four-bits-answer") as trial:
        changed, four_bits = model(), torch.int4  # type: ignore[attr-defined]
        quantize_(changed, IntxWeightOnlyConfig(weight_dtype=four_bits))
        trial.tell(near(changed(x).detach(), wanted, 0.3))


def _parts(weight: Any) -> list[Any]:
    """The tensors that a quantised weight is made of."""
    names, _ = weight.__tensor_flatten__()
    inner = [getattr(weight, name) for name in names]
    return [
        part
        for tensor in inner
        for part in (_parts(tensor) if hasattr(tensor, "__tensor_flatten__") else [tensor])
    ]
