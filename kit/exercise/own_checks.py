"""`checks.py` beside an exercise.yaml -> its checks, or every fault of it with path:line:column.

Each function whose name does not begin with `_` is a check of that name. Its first parameter is `evidence`; the others, with
their types and defaults, are what exercise.yaml may say. The file is run whenever the exercise is read, with all rights of who
reads it: an exercise is trusted as a program is that one installs.
"""

from __future__ import annotations

import hashlib
import inspect
import keyword
import re
import sys
import traceback
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import ConfigDict, Field, create_model
from pydantic.errors import PydanticUserError

from kit import checks
from kit.checks._own import OwnParams
from kit.exercise.faults import Faults
from kit.exercise.model import CheckSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kit.checks._own import OwnChecks

EVIDENCE = "evidence"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_TAKEN = frozenset(CheckSpec.model_fields)  # keys that stand beside any check
TYPES = "str, int, float, bool, list[str], Literal['a', 'b'], Port, HostRef, ProgramRef or SnapshotRef"


@dataclass(frozen=True, slots=True)
class _At:
    line: int
    column: int = 1


def read(path: Path, data: bytes) -> OwnChecks:
    """Give each check by name, as the class of its parameters. Raises ExerciseError with all faults."""
    faults = Faults(path)
    module = _run(data, faults)
    found: dict[str, type[OwnParams]] = {}
    if module is not None:
        for name, function in _functions(module):
            if (model := _model(name, function, faults)) is not None:
                found[name] = model
        if not found and not faults:
            faults.add(
                _At(1), f"no function here is a check; write `def name({EVIDENCE}): ...`, or remove the file"
            )
    return faults.checked(found)


def _run(data: bytes, faults: Faults) -> ModuleType | None:
    """Run the file; None where that went wrong, and the faults say where."""
    try:
        code = compile(data, faults.path, "exec", dont_inherit=True)
    except SyntaxError as error:
        faults.add(_At(error.lineno or 1, error.offset or 1), f"this is not Python: {error.msg}")
        return None
    except ValueError as error:  # a NUL byte
        faults.add(_At(1), f"this is not Python: {error}")
        return None
    # Dataclasses look their module up by name.
    module = ModuleType(f"kit_own_checks_{hashlib.sha256(faults.path.encode() + data).hexdigest()[:16]}")
    module.__file__ = faults.path
    sys.modules[module.__name__] = module
    try:
        exec(code, vars(module))  # noqa: S102  # the author's, trusted as the exercise is
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever it stumbles over
        said = traceback.format_exception_only(error)[-1].strip()
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == faults.path
        ]
        faults.add(
            _At(lines[-1] or 1 if lines else 1), f"{said}; the file is run whenever the exercise is read"
        )
        return None
    return module


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Give the functions that are written in the file, whatever it imports."""
    for name, value in vars(module).items():
        is_own = isinstance(value, FunctionType) and value.__module__ == module.__name__
        if is_own and not name.startswith("_"):
            yield name, value


def _model(name: str, function: FunctionType, faults: Faults) -> type[OwnParams] | None:
    """Make the class of a check's parameters of its signature."""
    at = _At(function.__code__.co_firstlineno)
    before = len(faults)
    for fault in _faults_of_name(name):
        faults.add(at, fault)
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        faults.add(at, f"{name} must be a plain function, without `async` and `yield`")
    first, *others = [*inspect.signature(function).parameters.values(), None][:-1] or [None]
    if first is None or first.name != EVIDENCE:
        faults.add(at, f"the first parameter of {name} must be `{EVIDENCE}`")
    hints = _hints(name, function, at, faults)
    fields = {}
    for each in others if hints is not None else ():
        if each is not None and (field := _field(name, each, hints or {}, at, faults)) is not None:
            fields[each.name] = field
    if len(faults) > before:
        return None
    return _made(name, function, fields, at, faults)


def _faults_of_name(name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"{name!r} is no name for a check: lower-case letters, digits and _, a letter first, at most 31"
    elif name in checks.names():
        yield f"kit has a check {name!r}; give this one another name"
    elif name in _TAKEN:
        yield f"{name!r} stands beside every check in exercise.yaml; give this one another name"


def _hints(name: str, function: FunctionType, at: _At, faults: Faults) -> dict[str, Any] | None:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception as error:  # noqa: BLE001  # an annotation is any expression
        faults.add(at, f"a type of {name} means nothing: {error}")
        return None


def _field(
    name: str, parameter: inspect.Parameter, hints: Mapping[str, Any], at: _At, faults: Faults
) -> tuple[Any, Any] | None:
    said = parameter.name
    alias = said.removesuffix("_") if keyword.iskeyword(said.removesuffix("_")) else said
    if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
        faults.add(at, f"{name} may have no `{parameter}`: each parameter is a key in exercise.yaml")
    elif said not in hints:
        faults.add(at, f"`{said}` of {name} has no type; say one of {TYPES}")
    elif hasattr(OwnParams, said) or said.startswith("_"):
        faults.add(at, f"`{said}` of {name} is a name that kit uses; give the parameter another one")
    else:
        default = ... if parameter.default is parameter.empty else parameter.default
        return hints[said], Field(default, alias=alias if alias != said else None)
    return None


def _made(
    name: str, function: FunctionType, fields: Mapping[str, Any], at: _At, faults: Faults
) -> type[OwnParams] | None:
    try:
        model: type[OwnParams] = create_model(name, __base__=OwnParams, **fields)
        model.model_config = OwnParams.model_config | ConfigDict(populate_by_name=True)
        model.model_rebuild(force=True)
    except PydanticUserError as error:
        faults.add(
            at,
            f"a type of {name} cannot be said in YAML: {error.message.splitlines()[0]}; say one of {TYPES}",
        )
        return None
    model.__doc__ = inspect.getdoc(function)
    model.called, model.line, model.source = name, at.line, faults.path
    model.asks = staticmethod(function)
    return model
