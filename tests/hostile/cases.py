"""A hostile or broken program and what must become of it, as the program's own file says.

The file's docstring is a sentence, an empty line, and YAML:

    outcome: pass | fail | inconclusive
    fails:   [findings that must fail]
    says:    [texts that the verdict must have]
    needs:   a promise (`kit doctor`) without which a machine is not tested on it
    limits:  what the exercise allows, where it is not the default
    undefended:     what is changed to take the defence away: limits, or the name of a switch of `switches.py`.
             Then the program must print HARM (with the defence it must not), or
    harm_bytes: must have said more than so many bytes
    undefended_on: [backends], where a switch is for one of them alone
    beside:  {file: text}, handed in with it
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

FOLDER = Path(__file__).parent / "programs"
HARM = b"HARM"


class Case(BaseModel, frozen=True, extra="forbid"):
    """`text` is the program; `undefended` None: its harm is not shown, because that is not safe or needs another machine."""

    name: str
    text: str
    outcome: str
    fails: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    limits: dict[str, Any] = {}
    undefended: dict[str, Any] | None = None
    harm_bytes: int | None = None
    beside: dict[str, str] = {}
    needs: str = ""
    undefended_on: tuple[str, ...] = ("docker", "netns")


def read(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    _, _, terms = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")
    return Case(name=path.stem, text=text, **yaml.safe_load(terms))


def all_cases() -> list[Case]:
    return [read(path) for path in sorted(FOLDER.glob("*.py"))]
