"""What the metadata of installed packages says: needs, sizes, licences. No network is used."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import PurePath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["field", "needed", "package", "requirements", "size_bytes"]

#: What serves GPUs alone. It is left out of sizes, so that builds for CPU and GPU can be compared.
GPU_PACKAGES = ("cuda-", "nvidia-", "triton")
GPU_FILES = ("cuda", "cudnn", "cublas", "cusparse", "cusolver", "cufft", "nccl", "nvshmem")


def package(name: str) -> Distribution:
    """The installed package; PackageNotFoundError if it is not here."""
    return distribution(name)


def field(distribution: Distribution, name: str) -> str:
    """One field of the metadata, "" if it is not given."""
    fields = distribution.metadata.get_all(name) or [""]
    return str(fields[0])


def requirements(name: str) -> list[Requirement]:
    """What the package asks for on this machine, extras left aside."""
    asked = map(Requirement, package(name).requires or ())
    return [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]


@cache
def needed(name: str) -> tuple[str, ...]:
    """The package and all that it needs, directly or not, without what serves GPUs alone."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        current = canonicalize_name(waiting.pop())
        if current in found or current.startswith(GPU_PACKAGES):
            continue
        try:
            asked = requirements(current)
        except PackageNotFoundError:
            continue
        found[current] = None
        waiting += [each.name for each in asked]
    return tuple(found)


def size_bytes(name: str) -> int:
    """What the files of the package take on the disk, as its record says."""
    return sum(size for path, size in _recorded(name) if not _serves_gpus(path))


def _recorded(name: str) -> Iterator[tuple[PurePath, int]]:
    for file in package(name).files or ():
        yield file, file.size or 0


def _serves_gpus(path: PurePath) -> bool:
    return path.suffix in (".so", ".a") and any(word in path.name for word in GPU_FILES)
