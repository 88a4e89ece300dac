"""An engine that hangs, restarts, vanishes or refuses in the middle of a run: bounded, inconclusive, and nothing is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kit.backends._docker_engine import connect_here
from tests.backends.proxy import Proxy
from tests.remains import life_of, remains

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.remains import Life

pytestmark = [pytest.mark.docker, pytest.mark.leftovers("docker")]
ROOT = Path(__file__).parents[2]
WITHIN_S = 60.0  # three waits of the limits below, and a slow machine

# kit itself, less patient: what is bounded by a minute shall be bounded by seconds here.
IMPATIENT = """
from kit.backends import _docker_engine, _docker_stream
from kit.lab import timeline
_docker_engine.WORK_WITHIN_S = _docker_stream.WORK_WITHIN_S = timeline.HELPER_LIMIT_S = 10
_docker_engine.GOODBYE_WITHIN_S = 3
from kit.cli import main
main()
"""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with connect_here() as engine:
        scheme, _, path = engine.endpoint.host.partition("://")
    if scheme != "unix":
        pytest.skip(f"the engine is remote already: {engine.endpoint}")
    with Proxy(path) as proxy:
        yield proxy


def run(folder: Path, proxy: Proxy) -> tuple[int, str, str, Life]:
    """Run an exercise on the proxy's engine; look at kit when the engine comes to harm."""
    command = [
        *(sys.executable, "-c", IMPATIENT, "run", "listen-accept", "--backend", "docker"),
        *("--format", "json", "--out", str(folder / "run")),
    ]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"DOCKER_HOST": proxy.url, "PYTHONPATH": str(ROOT)},
    ) as process:
        (folder / "tmp").mkdir()
        life = life_of(process.pid, folder / "tmp")
        assert proxy.struck.wait(WITHIN_S), "the run never came so far"
        began = time.monotonic()
        out, err = process.communicate(timeout=WITHIN_S)
        assert time.monotonic() - began < WITHIN_S
    return process.returncode, out, err, life


def next_run_passes() -> bool:
    command = [sys.executable, "-m", "kit", "run", "basic-usage", "--backend", "docker", "--format", "json"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    return done.returncode == 0


@pytest.mark.parametrize(
    ("harm", "reason", "names_what_it_left"),
    [
        (Proxy.hang, "the engine does not answer", True),
        (Proxy.cut, "the engine went away", True),
        (Proxy.drop, "the engine went away", False),
        (Proxy.refuse, "the engine is in trouble", True),
    ],
    ids=["hangs", "vanishes", "restarts", "refuses"],
)
def test_in_the_middle_of_a_run_it_is_inconclusive_with_the_reason_and_the_next_run_cleans_up(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    proxy: Proxy,
    harm: Callable[[Proxy], None],
    reason: str,
    names_what_it_left: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    proxy.strike("/pause", harm)
    code, out, err, life = run(tmp_path, proxy)
    assert code == 3, err
    assert "Traceback" not in err
    verdict = json.loads(out)
    assert verdict["outcome"] == "inconclusive"
    assert reason in " ".join(verdict["notes"])
    assert ("left there: network wirekit-" in " ".join(verdict["notes"])) == names_what_it_left
    proxy.cut()  # an engine that hung or refused lets go of its streams now
    assert next_run_passes()
    assert remains(life, docker=True) == set()


@pytest.mark.parametrize(
    ("request_", "harm", "reason"),
    [
        ("/networks/create", Proxy.refuse, "the engine is in trouble"),
        ("/containers/create", Proxy.hang, "the engine does not answer"),
        ("/start", Proxy.cut, "the engine went away"),
    ],
)
def test_before_the_hosts_are_up_it_is_told_with_its_remedy_and_kept_in_the_run_directory(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    proxy: Proxy,
    request_: str,
    harm: Callable[[Proxy], None],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    proxy.strike(request_, harm)
    code, out, err, life = run(tmp_path, proxy)
    assert (code, out) == (3, "")
    assert reason in err
    assert "kit clean" in err
    assert "Traceback" not in err
    assert any(
        reason in fault for fault in json.loads((tmp_path / "run" / "run.json").read_bytes())["faults"]
    )
    proxy.cut()
    assert next_run_passes()
    assert remains(life, docker=True) == set()
