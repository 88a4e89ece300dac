"""Faults of a Python source that keep it from being run at all, each as `name:line:column: what; remedy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.exercise.compiling import MAX_CPU_S, MAX_MEMORY_BYTES, Source, compiled
from kit.exercise.faults import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.exercise.compiler import Answer

MAX_MESSAGE = 300  # characters; Python's own longest has 240


def source_faults(sources: Mapping[str, Source]) -> dict[str, str]:
    """Give each faulty source its first fault: empty, not text, not Python, too few cells. Raises MachineError."""
    faults = {
        name: fault
        for name, source in sources.items()
        if (fault := text_fault(name, source.data, cells=bool(source.cells)))
    }
    texts = {name: source for name, source in sources.items() if name not in faults}
    for (name, source), answer in zip(texts.items(), compiled(list(texts.values())), strict=True):
        if answer:
            faults[name] = _sentence(name, source, answer)
    return faults


def text_fault(name: str, data: bytes, *, cells: bool = False) -> str | None:
    """Say what keeps a file from being a source in any language; None where it is text."""
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        return f"{name} is empty; write the program into it"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:2000].count(0) > len(data[:2000]) // 4:
        return f"{name} seems to be UTF-16; save it as UTF-8"
    if b"\0" in data:
        line, column = _place(data, data.index(b"\0"))
        return f"{name}:{line}:{column}: a NUL byte; save the file as plain text, in UTF-8"
    # Cells are read as UTF-8. Any other source may name its encoding, which the compiler tries.
    return _encoding_fault(name, data) if cells else None


def _encoding_fault(name: str, data: bytes) -> str | None:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        seems = ": it seems to be GBK" if _seems_gbk(data) else ""
        return f"{name}:{line}:{column}: not UTF-8{seems}; save it as UTF-8"
    return None


def _place(data: bytes, index: int) -> tuple[int, int]:
    """Give line and column, both from 1; the column counts bytes, as characters cannot be told."""
    return data.count(b"\n", 0, index) + 1, index - (data.rfind(b"\n", 0, index) + 1) + 1


def _seems_gbk(data: bytes) -> bool:
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in text)


_WHY = {
    "nesting": "it is nested too deeply; split what is inside one another",
    "memory": f"it takes more than {MAX_MEMORY_BYTES >> 20} MiB of memory; shorten it",
    "time": f"it takes more than {MAX_CPU_S} s; shorten it, and nest it less deeply",
    "crash": "Python itself crashes on it; shorten it, and nest it less deeply",
}


def _sentence(name: str, source: Source, answer: Answer) -> str:
    """Say what the compiler answered."""
    if "undecodable" in answer:
        return _encoding_fault(name, source.data) or f"{name} cannot be decoded; save it as UTF-8"
    if "found" in answer:
        return f"{name}: expected {source.cells} cells marked by '# %%' lines, found {answer['found']}"
    if "why" in answer:
        why = str(answer["why"])
        return f"{name} cannot be compiled: {_WHY.get(why, printable(why, MAX_MESSAGE))}"
    quoted = f": {printable(str(answer['quoted']))}" if "quoted" in answer else ""
    message = printable(str(answer["message"]), MAX_MESSAGE)
    return f"{name}:{answer['line']}:{answer['column']}: {message}{quoted}"
