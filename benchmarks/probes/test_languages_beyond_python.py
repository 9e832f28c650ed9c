"""Languages other than Python: can models be built or run from C++, JavaScript and others?

What the installed package holds for programs that are not Python is looked for, and called.
"""

import ctypes
from collections.abc import Iterable
from pathlib import Path

from benchmarks.probes.packages import package
from benchmarks.probes.rubric import Facts, Row, Rubric

RUBRIC = Rubric(
    criterion="languages-beyond-python",
    facts={
        "library-and-headers": "a C++ library with its headers comes in the package",
        "library-answers": "the library answers a call that is not made through Python's binding",
        "plain-c-models": "a plain C interface, which any language can bind, loads and runs models",
        "javascript": "a JavaScript runtime comes with it",
    },
    asides={
        "own-libraries": "the shared libraries in the package are its own",
        "no-lua": "nothing of the Lua-based Torch is in the package or asked for",
    },
    rows=(
        Row(4, needs=("library-and-headers", "library-answers", "plain-c-models", "javascript")),
        Row(3, needs=("library-and-headers", "library-answers", "plain-c-models")),
        Row(2, needs=("library-and-headers", "library-answers")),
    ),
    floor=1,
    claims=(
        "arch-tf-08",
        "arch-torch-05",
    ),
)


def files(name: str) -> list[Path]:
    """The files of an installed package, below the folder that packages are installed to."""
    return [Path(str(file)) for file in package(name).files or ()]


def named(found: Iterable[Path], *endings: str) -> list[str]:
    """The files whose path ends so."""
    return [str(path) for path in found if str(path).endswith(endings)]


def record_files(facts: Facts, name: str, libraries: Iterable[str], header: str) -> None:
    """Libraries, headers and JavaScript in the package."""
    found = files(name)
    absent = [each for each in (*libraries, header) if not named(found, each)]
    said = f"{', '.join(libraries)}, {header}" if not absent else f"no {', '.join(absent)}"
    facts.record("library-and-headers", not absent, said)
    scripts = [path for path in named(found, ".js") if "runtime" in path]
    facts.record("javascript", bool(scripts), f"{len(scripts)} files of a runtime in JavaScript")


def test_keras(facts: Facts) -> None:
    found = files("keras")
    foreign = [path.name for path in found if path.suffix not in (".py", ".pyc", ".pyi", "")]
    other = named(found, ".so", ".dll", ".dylib", ".h", ".js")
    for fact in RUBRIC.facts:
        facts.record(fact, bool(other), f"{len(found)} files, {len(foreign)} that are not Python")


def test_tensorflow(facts: Facts) -> None:
    import tensorflow as tf

    record_files(facts, "tensorflow", ("libtensorflow_cc.so.2",), "tensorflow/c/c_api.h")
    library = ctypes.CDLL(str(Path(tf.sysconfig.get_lib()) / "libtensorflow_cc.so.2"))
    with facts.trying("library-answers") as trial:
        library.TF_Version.restype = ctypes.c_char_p
        answer = library.TF_Version().decode()
        assert answer == tf.__version__
        trial.tell(f"TF_Version() gave {answer}")
    with facts.trying("plain-c-models") as trial:
        functions = ("TF_LoadSessionFromSavedModel", "TF_SessionRun", "TF_AllocateTensor")
        assert all(hasattr(library, name) for name in functions)
        trial.tell(", ".join(functions))


def test_pytorch(facts: Facts) -> None:
    import torch

    record_files(facts, "torch", ("libtorch.so", "libc10.so"), "torch/torch.h")
    library = ctypes.CDLL(str(Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"))
    with facts.trying("library-answers") as trial:
        name = "aoti_torch_device_type_cpu"
        trial.tell(f"{name}() gave {getattr(library, name)()}")
    with facts.trying("plain-c-models") as trial:
        functions = ("aoti_torch_load_model", "torch_jit_load", "torch_load_model")
        found = [each for each in functions if hasattr(library, each)]
        assert found, "its loaders of models are C++ and have no plain C name"
        trial.tell(", ".join(found))
    held = files("torch")
    libraries = sorted({path.name for path in held if ".so" in path.name and "lib" in path.parts})
    facts.record("own-libraries", "libtorch_cpu.so" in libraries, ", ".join(libraries[:8]))
    lua = [path.name for path in held if "lua" in path.name.lower().split("_")]
    asked = [each for each in package("torch").requires or () if "lua" in each.lower()]
    facts.record("no-lua", not lua + asked, f"{len(held)} files, {len(lua)} of Lua")
