"""API stability: does code of last year still run?

Three programs for each framework, written the way its documentation wrote them in 2019 and 2020: to
train a network, to build a part of one's own, and to bring the result into service. They run
unchanged, or they do not; and what they warn of is noted.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import ease
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="api-stability",
    facts={
        "training-of-2019": "a program of 2019 that trains a network runs unchanged",
        "part-of-2019": "a part of one's own, as it was written in 2019, runs unchanged",
        "service-of-2019": "the way of 2019 to bring a model into service runs unchanged",
        "helpers-of-2019": "helpers that the guides of 2019 used are still there",
        "quiet": "none of this is said to be deprecated",
    },
    asides={
        "sessions-run": "a program for version 1, with a graph and a Session, runs and trains",
        "sessions-are-longer": "the program for version 1 has more lines than tf.keras needs",
    },
    rows=(
        Row(
            4,
            some=5,
            of=(
                "training-of-2019",
                "part-of-2019",
                "service-of-2019",
                "helpers-of-2019",
                "quiet",
            ),
        ),
        Row(3, needs=("training-of-2019", "part-of-2019", "service-of-2019")),
        Row(2, needs=("training-of-2019",)),
    ),
    floor=1,
    claims=(
        "ease-tf-01",
        "ease-tf-02",
    ),
)

X = np.random.default_rng(0).random((32, 8), dtype=np.float32)
LABELS = (X.sum(axis=1) > 4).astype(np.int64)

Programs = dict[str, Callable[[Path], str]]


def run_programs(facts: Facts, programs: Programs, folder: Path) -> None:
    """Run each program as it stands, and note what is deprecated."""
    deprecated = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for fact, program in programs.items():
            with facts.trying(fact) as trial:
                trial.tell(program(folder))
    for each in caught:
        text = str(each.message)
        if "deprecat" in text or "legacy" in text:
            deprecated.append(text.strip().splitlines()[0])
    said = deprecated[0] if deprecated else "no such warning"
    facts.record("quiet", not deprecated, said)


def keras_training(_: Path) -> str:
    """Train a network."""
    from keras.layers import Dense, Dropout
    from keras.models import Sequential

    model = Sequential()
    model.add(Dense(16, input_dim=8, activation="relu"))
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    history = model.fit(X, LABELS, epochs=2, batch_size=16, validation_split=0.25, verbose=0)
    return f"history holds {', '.join(sorted(history.history))}"


def keras_part(_: Path) -> str:
    """A part of one's own."""
    from keras import backend
    from keras.layers import Layer

    class Linear(Layer):
        def __init__(self, units: int, **options: Any) -> None:
            self.units = units
            super().__init__(**options)

        def build(self, input_shape: Any) -> None:
            shape = (input_shape[1], self.units)
            self.kernel = self.add_weight(
                name="kernel", shape=shape, initializer="uniform", trainable=True
            )
            super().build(input_shape)

        def call(self, x: Any) -> Any:
            return backend.dot(x, self.kernel)

    return f"outputs {tuple(Linear(4)(X).shape)}"


def keras_service(folder: Path) -> str:
    """Bring a model into service."""
    from keras.layers import Dense
    from keras.models import Sequential, model_from_json

    model = Sequential([Dense(1, input_shape=(8,))])
    model.save_weights(str(folder / "model.h5"))
    again = model_from_json(model.to_json())
    again.load_weights(str(folder / "model.h5"))
    return "JSON and HDF5"


def keras_helpers(_: Path) -> str:
    """Helpers that the guides used."""
    from keras.preprocessing.sequence import pad_sequences
    from keras.preprocessing.text import Tokenizer
    from keras.utils import to_categorical

    tokenizer = Tokenizer(num_words=10)
    tokenizer.fit_on_texts(["a b", "b c"])
    padded = pad_sequences(tokenizer.texts_to_sequences(["a c"]), maxlen=4)
    return f"{padded.shape} and {to_categorical([0, 1]).shape}"


def test_keras(facts: Facts, tmp_path: Path) -> None:
    programs = {
        "training-of-2019": keras_training,
        "part-of-2019": keras_part,
        "service-of-2019": keras_service,
        "helpers-of-2019": keras_helpers,
    }
    run_programs(facts, programs, tmp_path)


def with_session() -> float:
    """A linear model trained the way of version 1, with a graph and a Session."""
    import tensorflow.compat.v1 as tf

    graph = tf.Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 8])
        y = tf.placeholder(tf.float32, [None, 1])
        kernel = tf.get_variable("kernel", [8, 1])
        bias = tf.get_variable("bias", [1], initializer=tf.zeros_initializer())
        logits = tf.matmul(x, kernel) + bias
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
        initialise = tf.global_variables_initializer()
    with tf.Session(graph=graph) as session:
        session.run(initialise)
        for _ in range(20):
            session.run(train, {x: X, y: LABELS[:, None]})
        return float(session.run(loss, {x: X, y: LABELS[:, None]}))


def with_keras() -> float:
    """The same model trained with tf.keras."""
    import tensorflow as tf

    model = tf.keras.Sequential([tf.keras.Input((8,)), tf.keras.layers.Dense(1)])
    model.compile(
        tf.keras.optimizers.SGD(0.5), tf.keras.losses.BinaryCrossentropy(from_logits=True)
    )
    model.fit(X, LABELS[:, None], batch_size=32, epochs=20, verbose=0)
    return float(model.evaluate(X, LABELS[:, None], verbose=0))


def tensorflow_training(_: Path) -> str:
    """Train a network."""
    import tensorflow as tf

    weights = tf.Variable(tf.random.normal([8, 2]))
    bias = tf.Variable(tf.zeros([2]))
    data = tf.data.Dataset.from_tensor_slices((X, LABELS)).shuffle(32).batch(16)

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = tf.matmul(x, weights) + bias
            entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
            loss = tf.reduce_mean(entropy)
        for variable, gradient in zip(
            [weights, bias], tape.gradient(loss, [weights, bias]), strict=True
        ):
            variable.assign_sub(0.1 * gradient)
        return loss

    return f"loss {[round(float(step(x, y)), 3) for x, y in data]}"


def tensorflow_part(_: Path) -> str:
    """A part of one's own."""
    import tensorflow as tf

    class Linear(tf.Module):
        def __init__(self, units: int, name: str | None = None) -> None:
            super().__init__(name=name)
            self.kernel = tf.Variable(tf.random.normal([8, units]), name="kernel")

        def __call__(self, x: Any) -> Any:
            return tf.matmul(x, self.kernel)

    return f"outputs {tuple(Linear(4)(X).shape)}"


def tensorflow_service(folder: Path) -> str:
    """Bring a model into service."""
    import tensorflow as tf

    class Served(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32)])
        def serve(self, x: Any) -> Any:
            return tf.reduce_sum(x, axis=1)

    tf.saved_model.save(Served(), str(folder / "served"))
    return f"outputs {tuple(tf.saved_model.load(str(folder / 'served')).serve(X).shape)}"


def tensorflow_helpers(_: Path) -> str:
    """Helpers that the guides used."""
    import tensorflow as tf

    feature = tf.feature_column.numeric_column("x")
    estimator = tf.estimator.LinearClassifier([feature])
    return type(estimator).__name__


def test_tensorflow(facts: Facts, tmp_path: Path) -> None:
    programs = {
        "training-of-2019": tensorflow_training,
        "part-of-2019": tensorflow_part,
        "service-of-2019": tensorflow_service,
        "helpers-of-2019": tensorflow_helpers,
    }
    run_programs(facts, programs, tmp_path)
    with facts.trying("sessions-run") as trial:
        loss = with_session()
        assert loss < 0.7, f"the loss is {loss:.3f}"
        trial.tell(f"trained to a loss of {loss:.3f}")
    with facts.trying("sessions-are-longer") as trial:
        old, new = (ease.function_size(each).lines for each in (with_session, with_keras))
        assert with_keras() < 0.7
        assert old > new, f"{old} and {new} logical lines"
        trial.tell(f"{old} logical lines, and {new} with tf.keras")


def pytorch_training(_: Path) -> str:
    """Train a network."""
    import torch
    import torch.nn.functional as F  # noqa: N812 (as everybody wrote it)
    from torch.autograd import Variable
    from torch.utils.data import DataLoader, TensorDataset

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = torch.nn.Linear(8, 16)
            self.fc2 = torch.nn.Linear(16, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = F.dropout(F.relu(self.fc1(x)), training=self.training)
            return F.log_softmax(self.fc2(x), dim=1)

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    data = TensorDataset(torch.from_numpy(X), torch.from_numpy(LABELS))
    losses = []
    for x, y in DataLoader(data, batch_size=16, shuffle=True):
        x, y = Variable(x), Variable(y)
        optimizer.zero_grad()
        loss = F.nll_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(round(loss.item(), 3))
    return f"loss {losses}"


def pytorch_part(_: Path) -> str:
    """A part of one's own."""
    import torch

    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
            result = x.exp()
            context.save_for_backward(result)
            return result

        @staticmethod
        def backward(context: Any, *upstream: torch.Tensor) -> torch.Tensor:
            (result,) = context.saved_tensors
            return upstream[0] * result

    x = torch.ones(3, requires_grad=True)
    Exp.apply(x).sum().backward()
    assert x.grad is not None
    return f"gradient {x.grad[0].item():.3f}"


def pytorch_service(folder: Path) -> str:
    """Bring a model into service."""
    import torch

    scripted = torch.jit.script(torch.nn.Linear(8, 1))
    scripted.save(str(folder / "model.pt"))
    return f"outputs {tuple(torch.jit.load(str(folder / 'model.pt'))(torch.ones(2, 8)).shape)}"


def pytorch_helpers(_: Path) -> str:
    """Helpers that the guides used."""
    import torch

    torch.manual_seed(0)
    torch.nn.utils.clip_grad_norm_([torch.nn.Parameter(torch.ones(1))], 1.0)
    weight = torch.nn.init.xavier_uniform_(torch.empty(2, 2))
    schedule = torch.optim.lr_scheduler.StepLR
    return f"{tuple(weight.shape)} and {schedule.__name__}"


def test_pytorch(facts: Facts, tmp_path: Path) -> None:

    programs = {
        "training-of-2019": pytorch_training,
        "part-of-2019": pytorch_part,
        "service-of-2019": pytorch_service,
        "helpers-of-2019": pytorch_helpers,
    }
    run_programs(facts, programs, tmp_path)
