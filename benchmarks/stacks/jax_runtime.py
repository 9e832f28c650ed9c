# ruff: noqa: D102  (what every verb does is said once, in protocol.py)
"""JAX as an engine, for Keras on top of it."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax

from benchmarks.errors import LaboratoryError
from benchmarks.stacks.protocol import Device, Flag

__all__ = ["RUNTIME", "JaxRuntime", "count_flops"]

OWN_THREADS = Path("/proc/self/task")
#: The threads that share the work of one operation, as XLA names them for the system.
POOL = "tf_XLAEigen"


class JaxRuntime:
    """See `protocol.Runtime`.

    XLA has no call that sets or tells its number of threads. It asks the environment for NPROC
    when it starts, and its threads can be counted where the system lists them (Linux). Those that
    compile and those that start a computation have no name of their own and cannot be told apart.
    """

    def limit_threads(self, threads: int) -> None:
        os.environ["NPROC"] = str(threads)

    def threads(self) -> dict[str, int]:
        if not OWN_THREADS.is_dir():
            return {}
        names = [(each / "comm").read_text().strip() for each in OWN_THREADS.iterdir()]
        return {"threads": names.count(POOL)}

    def use(self, device: Device) -> None:
        # Else XLA takes most of a card at once, and its peak says nothing.
        os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
        # The highest precision is float32 proper: TF32 is what the default is free to use.
        jax.config.update("jax_default_matmul_precision", "highest")
        # The first is the one to compute on; Keras prepares some things on the CPU.
        jax.config.update("jax_platforms", "cpu" if device == "cpu" else "cuda,cpu")
        if _platform() == "cpu" and device == "cuda":
            raise LaboratoryError(
                "--device cuda",
                "JAX finds no NVIDIA GPU",
                cure='Install "jax[cuda13]" and the driver, or measure with --device cpu',
            )

    def versions(self) -> dict[str, str]:
        return {package: version(package) for package in ("jax", "jaxlib", "numpy")}

    def flags(self) -> dict[str, Flag]:
        config: Any = jax.config
        return {
            **self.threads(),
            "matmul_precision": str(config.jax_default_matmul_precision),
            "tf32": config.jax_default_matmul_precision != "highest",
            "x64": bool(config.jax_enable_x64),
            "xla_flags": os.environ.get("XLA_FLAGS", "default"),
        }

    def peak_device_bytes(self) -> int | None:
        if _platform() == "cpu":
            return None
        return int(jax.devices()[0].memory_stats()["peak_bytes_in_use"])


def _platform() -> str:
    """Where JAX computes; asking starts XLA, which then reads NPROC."""
    try:
        return str(jax.devices()[0].platform)
    except RuntimeError:
        # A CUDA build without a card, which some versions refuse instead of going on.
        return "cpu"


def count_flops(function: Callable[..., Any], *arguments: Any) -> int | None:
    """The products and convolutions in the program that JAX makes of a call."""
    return _flops(jax.make_jaxpr(function)(*arguments).jaxpr)


def _flops(program: Any) -> int | None:
    counts = [_operation_flops(each) for each in program.eqns]
    return None if None in counts else sum(count for count in counts if count)


def _operation_flops(operation: Any) -> int | None:
    name, given = operation.primitive.name, operation.params
    if name == "dot_general":
        (contracted, _), _ = given["dimension_numbers"]
        left = operation.invars[0].aval.shape
        return _multiply_adds(operation, (left[axis] for axis in contracted))
    if name == "conv_general_dilated":
        kernel = operation.invars[1].aval.shape
        outputs = given["dimension_numbers"].rhs_spec[0]
        return _multiply_adds(operation, (*kernel[:outputs], *kernel[outputs + 1 :]))
    inner = list(_programs(given))
    if inner and name in {"cond", "scan", "while"}:
        return None
    counts = [_flops(each) for each in inner]
    return None if None in counts else sum(count for count in counts if count)


def _multiply_adds(operation: Any, summed: Iterable[int]) -> int:
    """Two for every output and every place that is summed over."""
    return 2 * math.prod(operation.outvars[0].aval.shape) * math.prod(summed)


def _programs(given: dict[str, Any]) -> Iterator[Any]:
    """The programs that an operation runs, such as those of a function compiled apart."""
    for value in given.values():
        inner = getattr(value, "jaxpr", value)
        if hasattr(inner, "eqns"):
            yield inner


RUNTIME = JaxRuntime()
