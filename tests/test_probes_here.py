"""All probes, run on this machine: they agree with what is stated and with the proofs kept."""

from pathlib import Path

import pytest

from tests.test_cli import ROOT
from tests.test_evidence_command import advisor


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("framework", ["keras", "tensorflow", "pytorch"])
def test_every_probe_agrees_with_the_evidence(framework: str, tmp_path: Path) -> None:
    done = advisor(ROOT, "probe", "--framework", framework, "-o", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 mismatches, 0 failed, 0 not probed here" in done.stdout
