"""What a worker answers where there is no run to tell of: it lives on, and says why in one line."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING, NoReturn

import pytest

from kit.classroom import worker
from kit.classroom.job import FAULT_FILE, Answer
from kit.errors import BackendError, ExerciseError, Fault
from kit.exercise import loader
from kit.tap.wire import Decoder, encode
from tests.classroom.test_local import EXERCISE, job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def answers_to(folder: Path, *jobs: bytes) -> list[tuple[Answer, dict[str, str]]]:
    """Give the answer to each job, and the files of its evidence."""
    read, write = os.pipe()
    with os.fdopen(write, "wb") as sent:
        for one in jobs:
            sent.write(encode({"event": "job"}, one))
    told = io.BytesIO()
    with os.fdopen(read, "rb") as received:
        worker.serve(received, told, no_backend, folder)
    return list(_parted(told.getvalue()))


def _parted(data: bytes) -> Iterator[tuple[Answer, dict[str, str]]]:
    evidence = b""
    for message in Decoder().feed(data):
        if message.head["event"] == "evidence":
            evidence += message.body
            continue
        with tarfile.open(fileobj=io.BytesIO(evidence)) as archive:
            files = {
                member.name.removeprefix("./"): archive.extractfile(member).read().decode()  # type: ignore[union-attr]
                for member in archive
                if member.isfile()
            }
        yield Answer.model_validate_json(message.body), files
        evidence = b""


def no_backend(name: str) -> NoReturn:
    raise BackendError(f"{name} does not answer", remedy="start it")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Give a job; the end of the stream is no signal to this process."""
    monkeypatch.setattr(os, "kill", lambda *_arguments: None)
    return job("ann", EXERCISE.folder / "reference").encode()


def test_trouble_is_an_answer(asked: bytes, tmp_path: Path) -> None:
    ((answer, files),) = answers_to(tmp_path, asked)
    assert (answer.verdict, answer.trouble, files) == (None, "netns does not answer; start it", {})


def test_a_job_that_is_not_understood_is_answered_and_so_is_the_next(asked: bytes, tmp_path: Path) -> None:
    told = [answer.trouble for answer, _ in answers_to(tmp_path, b'{"exercise": "e"}', b"[", asked)]
    assert told[0].startswith(
        "the job is not understood, it may be another kit's: exercise_archive: Field required;"
    )
    assert told[1].startswith("the job is not understood, it may be another kit's: it: Invalid JSON")
    assert told[2] == "netns does not answer; start it"


def test_an_exercise_that_cannot_be_loaded_is_an_answer(
    asked: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_folder: Path) -> NoReturn:
        raise ExerciseError([Fault("exercise.yaml", 3, 1, "unknown key")])

    monkeypatch.setattr(loader, "load", load)
    ((answer, _),) = answers_to(tmp_path, asked)
    assert answer.trouble == "exercise.yaml:3:1: unknown key"


def test_a_fault_of_kits_own_is_one_line_and_its_whole_is_in_the_evidence(
    asked: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_folder: Path) -> NoReturn:
        raise ValueError("two\nlines")

    monkeypatch.setattr(loader, "load", load)
    ((answer, files),) = answers_to(tmp_path, asked)
    assert answer.verdict is None
    told = "this is a fault of kit itself, and no verdict; please report it: ValueError: two lines"
    assert answer.trouble == told
    assert files[FAULT_FILE].startswith("Traceback (most recent call last):\n")
    assert files[FAULT_FILE].endswith("ValueError: two\nlines\n")
