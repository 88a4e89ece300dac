"""A student and what came from one, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# A number that only one platform gives is a key with the platform's word before it, lest the number of one
# student there be the student number of another here.
CANVAS = "canvas:"  # the user id of Canvas: its gradebook's column `ID`
PARTICIPANT = "participant:"  # Moodle's number of a student in one assignment: `Participant 12345`
GITHUB = "github:"  # the name of an account


@dataclass(frozen=True, slots=True)
class Student:
    """`id` is unique in the class and text that can be encoded; it may have any characters.

    `keys` are the other ids by which a roster or a gradebook may know the same student: logins, student
    numbers and e-mail addresses as they are, and those that begin with one of the words above.
    """

    id: str
    name: str = ""
    section: str = ""
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One attempt of a student. `files` are (name as the student gave it, where it lies).

    A folder or an archive is one pair. `attempt` tells the attempts of one student apart; it may be empty.
    """

    student: Student
    files: tuple[tuple[str, Path], ...]
    attempt: str
    late: bool
