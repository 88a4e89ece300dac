"""One target under libFuzzer, which keeps inputs that reach new code: `python -m tests.fuzz.libfuzzer TARGET OPTION...`.

Started by `python -m tests.fuzz`, as libFuzzer ends its process. All of kit that a target runs is instrumented.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["kit", "zipfile", "gzip"]):
    from kit import checks
    from tests.fuzz.targets import TARGETS, attempt

    for check in checks.names():
        checks.load(check)


def main() -> None:
    _, name, *options = sys.argv
    target = TARGETS[name]
    itself = (
        f"{sys.executable} -m tests.fuzz.libfuzzer {name}"  # a shell's words: a merge starts itself again
    )
    atheris.Setup([itself, *options], lambda data: attempt(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
