"""A task refuses a stack only while it really cannot: each proof fails once it can."""

from benchmarks import tasks
from tests.benchmarks.conftest import python

#: Trains the recursive network on JAX.
ON_JAX = """
import keras
from benchmarks import tasks
task, module = tasks.task("dynamic-tree"), tasks.model("dynamic-tree", "keras")
model = module.build()
module.compile_model(model, module.optimizer(), jit_compile=True)
batch = task.examples("synthetic").batch(2)
outputs = model.predict_on_batch(batch.inputs)
print("predicted", outputs.shape)
model.train_on_batch(batch.inputs, batch.targets)
"""

#: Counts how often the compiler traces the network for batches of one tree of one size.
COMPILED = """
import torch
from torch._dynamo.utils import counters
from benchmarks import tasks
task, module = tasks.task("dynamic-tree"), tasks.model("dynamic-tree", "pytorch")
model = module.build()
model.compile(backend="eager")
examples = task.examples("synthetic")
batches = [examples.batch(1, number) for number in range(12)]
for batch in [each for each in batches if each.inputs[2] < 16][:3]:
    model(*map(torch.from_numpy, batch.inputs))
    print(counters["stats"]["unique_graphs"])
"""

PROVEN = {"keras-jax", "pytorch-compile"}


def test_every_refusal_is_proven_here() -> None:
    refusing = {task: set(tasks.task(task).refuses) for task in tasks.task_ids()}
    assert {task: stacks for task, stacks in refusing.items() if stacks} == {"dynamic-tree": PROVEN}


def test_jax_predicts_and_cannot_differentiate() -> None:
    ended = python("-c", ON_JAX, KERAS_BACKEND="jax")
    assert "predicted (2, 1)" in ended.stdout
    assert ended.returncode != 0
    assert "Reverse-mode differentiation does not work for lax.while_loop" in ended.stderr


def test_the_compiler_traces_every_tree_anew() -> None:
    ended = python("-c", COMPILED)
    assert ended.returncode == 0, ended.stderr
    graphs = [int(line) for line in ended.stdout.split()]
    assert len(graphs) == 3
    assert graphs[0] < graphs[1] < graphs[2]
