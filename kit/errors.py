"""Trouble that ends a command, as one tree. A student's failure is never here: that is a value (a finding).

KitError                  exit code 2: usage, or something an author or user can mend
├── ExerciseError         an exercise file is broken; carries every fault with path:line:column
├── UsageError            an unknown name, a missing folder, an impossible option
├── EvidenceError         a run directory cannot be read
└── MachineError          exit code 3: this machine or its engine; never grades
    └── BackendError      a backend cannot start, or was lost in the middle of a run
        └── UnstoppableError   a program was not frozen: it may have seen to that itself, so this may grade
"""

from __future__ import annotations

from dataclasses import dataclass


class KitError(Exception):
    """What went wrong (with its place), and the remedy where there is one."""

    exit_code = 2

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        """`message` has the place and the fault, `remedy` what the user can do now."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def in_short(self) -> str:
        """Say both where there is room for a cell of a table alone."""
        return "; ".join(filter(None, (self.message, self.remedy)))


class UsageError(KitError):
    pass


class EvidenceError(KitError):
    pass


class MachineError(KitError):
    exit_code = 3


class BackendError(MachineError):
    pass


class UnstoppableError(BackendError):
    pass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of an exercise file. `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        """Give the form that editors and compilers use."""
        return f"{self.path}:{self.line}:{self.column}: {self.text}"


class ExerciseError(KitError):
    """All faults of an exercise at once, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        """Take at least one fault."""
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))
