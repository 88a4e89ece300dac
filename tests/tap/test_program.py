"""The runner beside a program: output with its moment, calls, cells, signals, restarts, the end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends import payload
from kit.evidence.strace import Tracer
from kit.tap.program import reports_in
from tests.tap.helper import Helper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def runner() -> Iterator[Helper]:
    with Helper("program") as helper:
        helper.until("here")
        yield helper


def configure(runner: Helper, folder: Path, source: str, **other: Any) -> None:
    content = source.encode()
    head = {
        "do": "configure",
        "directory": str(folder),
        "command": ["/usr/bin/python3", "-u", "script.py"],
        "files": [["script.py", len(content)], ["pack/helper.py", 0]],
        "executables": [],
        "script": "script.py",
        "cells": 0,
        "stdin": False,
        "output_bytes": 1 << 20,
        "output_bytes_per_s": 1 << 30,
        "trace_bytes": 1 << 20,
        "trace_bytes_per_s": 1 << 30,
        "environment": payload.ENVIRONMENT,
        "wrapper": [],
        "wrapper_execs": 0,
        "wrapper_depth": 0,
        "filter": None,
        "filter_word": payload.FILTER,
        "nice": 0,
        "cgroups": [],
        "met": [],
        "peak": [],
        "folders": [],
        "user": None,
        "user_name": None,
        "trace": True,
    }
    runner.tell({**head, **other}, content)
    runner.until("ready")


def told(runner: Helper, stream: str) -> bytes:
    return b"".join(message.body for message in runner.seen if message.head.get("stream") == stream)


def test_output_of_both_streams_and_the_exit_code_are_told(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "import sys\nprint('您好')\nprint('no', file=sys.stderr)\nsys.exit(3)\n")
    runner.tell({"do": "start"})
    end = runner.until("exited").head
    assert end["code"] == 3
    assert (told(runner, "stdout"), told(runner, "stderr")) == ("您好\n".encode(), b"no\n")
    assert (tmp_path / "pack" / "helper.py").exists()


def test_calls_are_followed_live(runner: Helper, tmp_path: Path) -> None:
    source = "import socket\ns = socket.create_server(('127.0.0.1', 0))\ns.accept()\n"
    configure(runner, tmp_path, source)
    runner.tell({"do": "start"})
    tracer = Tracer("server")

    def inside_accept(message: Any) -> bool:
        if message.head["event"] == "trace":
            tracer.feed(message.body)
        return "accept" in tracer.blocked().values()

    runner.until(inside_accept)
    runner.tell({"do": "signal", "name": "TERM"})
    assert runner.until("exited").head["signal"] == "SIGTERM"
    assert [call.name for call in tracer.calls() if call.protocol][:4] == [
        "socket",
        "setsockopt",
        "bind",
        "listen",
    ]


def test_without_strace_the_program_runs_and_its_calls_are_said_to_be_unseen(
    runner: Helper, tmp_path: Path
) -> None:
    configure(runner, tmp_path, "print(1)\n", trace=False)
    assert runner.seen[-1].head["traced"] is False
    runner.tell({"do": "start"})
    assert runner.until("exited").head["code"] == 0
    assert runner.bodies("trace") == b""


def test_where_strace_may_not_trace_the_program_runs_without_it_and_the_reason_is_told(
    runner: Helper, tmp_path: Path
) -> None:
    forbidden = tmp_path / "strace"  # as it ends where ptrace(2) is not permitted
    forbidden.write_text("#!/bin/sh\necho 'strace: Operation not permitted' >&2\nexit 1\n", encoding="utf-8")
    forbidden.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{payload.ENVIRONMENT['PATH']}"}
    configure(runner, tmp_path, "print(1)\n", environment={**payload.ENVIRONMENT, **path})
    ready = runner.seen[-1].head
    assert (ready["traced"], ready["why"]) == (False, "strace: Operation not permitted")
    for _ in range(2):
        runner.tell({"do": "start"})
        assert runner.until("exited").head["code"] == 0
    assert (told(runner, "stdout"), told(runner, "stderr")) == (b"1\n1\n", b"")


def test_stdin_is_fed_and_closed(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "import sys\nprint(sys.stdin.read().upper())\n", stdin=True)
    runner.tell({"do": "start"})
    runner.until("started")
    runner.tell({"do": "stdin", "close": False}, b"one ")
    runner.tell({"do": "stdin", "close": True}, b"two")
    runner.until("exited")
    assert told(runner, "stdout") == b"ONE TWO\n"


def test_a_program_without_stdin_steps_reads_an_end_of_file(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "import sys\nprint(repr(sys.stdin.read()))\n")
    runner.tell({"do": "start"})
    runner.until("exited")
    assert told(runner, "stdout") == b"''\n"


def test_a_program_can_be_started_again(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "print('once')\n")
    for _ in range(2):
        runner.tell({"do": "start"})
        runner.until("exited")
    assert told(runner, "stdout") == b"once\nonce\n"


def test_a_second_start_while_it_runs_is_refused(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "import sys\nsys.stdin.read()\n", stdin=True)
    runner.tell({"do": "start"})
    runner.until("started")
    runner.tell({"do": "start"})
    assert runner.until("refused").head["text"] == "it runs already"
    runner.tell({"do": "stop"})
    assert runner.until("exited").head["signal"] == "SIGKILL"


@pytest.mark.parametrize("demand", ["stdin", "signal", "cell"])
def test_what_needs_a_program_is_refused_without_one(runner: Helper, tmp_path: Path, demand: str) -> None:
    configure(runner, tmp_path, "print(1)\n")
    runner.tell({"do": demand, "name": "TERM", "close": False})
    assert runner.until("refused").head["what"] == demand


def test_cells_run_when_told(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "# %%\na = 1\n# %%\nprint(a)\n", cells=2)
    runner.tell({"do": "start"})
    runner.until("started")
    for number in (1, 2):
        runner.tell({"do": "cell"})
        ended = runner.until(lambda message: message.head.get("what") == "ended")
        assert ended.head["number"] == number
    assert runner.until("exited").head["code"] == 0
    assert told(runner, "stdout") == b"1\n"


def test_output_above_the_limit_is_cut_and_named_and_the_program_goes_on(
    runner: Helper, tmp_path: Path
) -> None:
    configure(runner, tmp_path, "print('x' * 1000000)\n", output_bytes=100)
    runner.tell({"do": "start"})
    assert runner.until("exited").head["code"] == 0
    assert told(runner, "stdout") == b"x" * 100
    limits = [message.head["limit"] for message in runner.seen if message.head["event"] == "limit"]
    assert limits == ["output_bytes"]


def test_a_program_that_prints_too_fast_is_made_to_wait_and_loses_nothing(
    runner: Helper, tmp_path: Path
) -> None:
    source = "import os\nfor _ in range(60): os.write(1, b'o' * 10_000), os.write(2, b'e' * 10_000)\n"
    configure(runner, tmp_path, source, output_bytes=1 << 21, output_bytes_per_s=400_000)
    runner.tell({"do": "start"})
    began_ns = runner.until("started").head["time_ns"]
    end = runner.until("exited").head
    assert end["code"] == 0
    assert (told(runner, "stdout"), told(runner, "stderr")) == (b"o" * 600_000, b"e" * 600_000)
    # a second's worth may come at once; the last read of each pipe may exceed that, and each may be full at the end
    assert end["time_ns"] - began_ns > (1_200_000 - 400_000 - 4 * 65_536) / 400_000 * 1e9


@pytest.mark.parametrize("limit", ["output_bytes_per_s", "trace_bytes_per_s"])
def test_who_is_made_to_wait_is_named_and_what_is_left_at_its_end_is_read_at_once(
    runner: Helper, tmp_path: Path, limit: str
) -> None:
    source = (
        "import os, socket\ns = socket.socket()\nfor _ in range(50): s.getsockopt(1, 3)\n"
        "os.write(1, b'o' * 5000)\nos.read(0, 1)\nos.kill(os.getpid(), 9)\n"
    )
    configure(runner, tmp_path, source, stdin=True, **{limit: 2000})
    runner.tell({"do": "start"})
    assert runner.until("limit").head["limit"] == limit
    runner.tell({"do": "stdin", "close": True}, b"")
    assert runner.until("exited").head["signal"] == "SIGKILL"
    assert told(runner, "stdout") == b"o" * 5000
    assert runner.bodies("trace").count(b"getsockopt(") == 50
    assert [message.head["limit"] for message in runner.seen if message.head["event"] == "limit"] == [limit]


def test_calls_above_the_limit_are_cut_and_named_and_the_end_is_seen_all_the_same(
    runner: Helper, tmp_path: Path
) -> None:
    source = "import socket\ns = socket.socket()\nfor _ in range(100): s.getsockname()\n"
    configure(runner, tmp_path, source, trace_bytes=2000)
    runner.tell({"do": "start"})
    assert runner.until("exited").head["code"] == 0
    assert len(runner.bodies("trace")) < 70000
    limits = [message.head["limit"] for message in runner.seen if message.head["event"] == "limit"]
    assert limits == ["trace_bytes"]


def test_a_command_that_does_not_exist_ends_with_a_reason(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "", command=["no-such-command"], script=None, trace=False)
    runner.tell({"do": "start"})
    end = runner.until("exited").head
    assert end["code"] == 127
    assert b"no-such-command" in told(runner, "stderr")


def test_what_is_launched_waits_at_the_gate_and_tells_nothing(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "open('ran', 'w').close()\n")
    assert [message.head["event"] for message in runner.seen] == ["here", "ready"]
    assert not (tmp_path / "ran").exists()
    runner.tell({"do": "start"})
    runner.until("exited")
    assert (tmp_path / "ran").exists()
    assert b"read -r go" not in runner.bodies("trace")


def test_a_launch_that_dies_at_the_gate_is_told_by_the_start_and_only_once(
    runner: Helper, tmp_path: Path
) -> None:
    configure(runner, tmp_path, "print(1)\n", wrapper=["/bin/sh", "-c", "exit 3", "sh"], wrapper_execs=1)
    runner.tell({"do": "start"})
    assert runner.until("exited").head["code"] == 3
    runner.tell({"do": "signal", "name": "TERM"})
    assert runner.until("refused").head["text"] == "it does not run"
    assert [message.head["event"] for message in runner.seen].count("exited") == 1


def test_the_runner_ends_its_program_when_its_stream_ends(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "import os, time\nprint(os.getpid())\ntime.sleep(600)\n", trace=False)
    runner.tell({"do": "start"})
    pid = int(runner.until("output").body)
    assert runner.process.stdin is not None
    runner.process.stdin.close()
    assert runner.process.wait(timeout=20) == 0
    runner.process.stdin = None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("said", ["began \u00b2", "began " + "9" * 5000, "began", "began 1 2", "died 1", ""])
def test_what_a_program_writes_among_the_reports_of_cells_is_none(said: str) -> None:
    assert reports_in(f"began 1\n{said}\nended 1\n".encode()) == [("began", 1), ("ended", 1)]


def collected(runner: Helper, *names: str, most_bytes: int = 1000) -> dict[str, bytes]:
    runner.tell({"do": "collect", "names": list(names), "most_bytes": most_bytes})
    message = runner.until("collected")
    found, start = {}, 0
    for name, size in message.head["files"]:
        found[name] = message.body[start : start + size]
        start += size
    return found


def test_files_that_a_program_made_are_given_where_they_are_files(runner: Helper, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "work"
    folder.mkdir()
    source = """
import os
os.mkdir("out")
for name, size in (("made", 3), ("out/deep", 2), ("big", 2000)):
    open(name, "wb").write(b"x" * size)
os.symlink("../secret", "link")
os.symlink("..", "up")
os.mkfifo("fifo")
"""
    configure(runner, folder, source)
    runner.tell({"do": "start"})
    runner.until("exited")
    names = ("made", "out/deep", "big", "link", "up/secret", "fifo", "out", "missing")
    assert collected(runner, *names) == {"made": b"xxx", "out/deep": b"xx"}
    assert collected(runner, "made", "out/deep", most_bytes=4) == {"made": b"xxx"}


def test_nothing_is_collected_from_a_program_that_still_runs(runner: Helper, tmp_path: Path) -> None:
    configure(runner, tmp_path, "import time\ntime.sleep(60)\n")
    runner.tell({"do": "start"})
    runner.until("started")
    runner.tell({"do": "collect", "names": ["script.py"], "most_bytes": 1000})
    assert runner.until("refused").head["text"] == "it still runs"


def test_a_file_that_is_a_program_can_be_run(runner: Helper, tmp_path: Path) -> None:
    configure(
        runner,
        tmp_path,
        "#!/bin/sh\necho ran\n",
        command=["./script.py"],
        executables=["script.py"],
        trace=False,
    )
    runner.tell({"do": "start"})
    assert runner.until("exited").head["code"] == 0
    assert told(runner, "stdout") == b"ran\n"
