"""Proofs, and the run file that carries them: a run file without timings."""

import hashlib
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.probes.rubric import Fact, Facts
from benchmarks.runfile import FORMAT, Replicate, without_folders

__all__ = ["FRAMEWORKS", "Proof", "ProofFile", "foreign_modules", "source_digest"]

#: Each framework's default stack: the one that its own documentation starts with.
FRAMEWORKS = {
    "keras": "keras-tensorflow",
    "tensorflow": "tensorflow-graph",
    "pytorch": "pytorch-eager",
}

#: What a process may hold. TensorFlow's converter for LiteRT imports JAX where that is installed.
MODULES = {
    "keras": frozenset({"jax", "keras", "tensorflow"}),
    "tensorflow": frozenset({"jax", "keras", "tensorflow"}),
    "pytorch": frozenset({"torch"}),
}

#: The packages whose versions can matter to a fact.
PACKAGES = (
    "ai-edge-litert", "executorch", "huggingface-hub", "jax", "keras", "litert-torch", "numpy",
    "onnx", "onnxruntime", "onnxscript", "openvino", "safetensors", "tensorboard", "tensorflow",
    "tf2onnx", "torch", "torchao",
)  # fmt: skip

#: A log is there to be looked into, not to be kept whole.
LONGEST_LOG = 4000


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a probe found out about one framework.

    `level` is None unless the outcome is "passed"; "missing" means that something optional is not
    installed here, "failed" that the probe itself broke.
    """

    probe: str
    framework: str
    criterion: str
    level: int | None
    outcome: str
    reason: str
    seconds: float
    facts: tuple[Fact, ...]
    claims: tuple[str, ...]
    source: str
    log: str


@dataclass
class ProofFile:
    """The proofs of one process and what they were made with."""

    framework: str
    replicate: Replicate
    proofs: dict[str, Proof] = field(default_factory=dict)
    started: str = field(default_factory=lambda: time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    load: dict[str, Any] = field(default_factory=machine.load)

    def add(
        self, facts: Facts, source: Path, ended: tuple[str, str], *, seconds: float, log: str
    ) -> None:
        """Keep what `facts` amount to; `ended` is the outcome and its reason.

        What is said last of a probe counts: its end can fail after it passed.
        """
        outcome, reason = ended
        if outcome == "passed" and facts.missing:
            outcome, reason = "failed", f"not established: {', '.join(facts.missing)}"
        level = facts.rubric.level(facts.holding) if outcome == "passed" else None
        self.proofs[facts.rubric.criterion] = Proof(
            probe=facts.rubric.criterion,
            framework=self.framework,
            criterion=facts.rubric.criterion,
            level=level,
            outcome=outcome,
            reason=reason,
            seconds=round(seconds, 2),
            facts=tuple(facts.established.values()),
            claims=facts.rubric.claims,
            source=source_digest(source),
            log=without_folders(log)[-LONGEST_LOG:],
        )

    def content(self) -> Mapping[str, Any]:
        """The whole run file."""
        return {"benchmarks": [], "advisor": self._block()}

    def _block(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "stack": FRAMEWORKS[self.framework],
            "framework": self.framework,
            "replicate": self.replicate.replicate,
            "session": self.replicate.session or self.started,
            "machine": machine.fingerprint() | self.replicate.machine,
            "versions": _versions(),
            "load": self.load | self.replicate.load,
            "outcomes": [],
            "proofs": [asdict(proof) for proof in self.proofs.values()],
        }


def foreign_modules(framework: str) -> frozenset[str]:
    """The frameworks in this process that `framework` has no business with."""
    return frozenset.union(*MODULES.values()).intersection(sys.modules) - MODULES[framework]


def source_digest(path: Path) -> str:
    """What changes when the probe's program changes: "sha256:<16 hex>"."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
