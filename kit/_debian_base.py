"""The host image's base without a registry: Debian's packages, put together by mmdebstrap(1).

As root, or as an ordinary user where the machine allows user namespaces; mmdebstrap finds out which.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kit.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUITE = "bookworm"  # of the recipe's base: the packages are the same with a registry and without one
POCKETS = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")
APT = Path("/etc/apt")
# What only people read is a third of the size.
UNNEEDED = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
LAST_LINES = 5
OTHER_WAY = "or take the image from another machine: `kit image save FILE` there, `kit image load FILE` here"


def make_base(packages: Sequence[str], archive: IO[bytes], apt: Path = APT) -> None:
    """Write a tar of a minimal Debian with these packages. Raise MachineError, with its remedy."""
    command = ["mmdebstrap", "--variant=essential", "--quiet", f"--include={','.join(packages)}"]
    command += [f"--dpkgopt=path-exclude={pattern}" for pattern in UNNEEDED]
    command += ["--dpkgopt=path-include=/usr/share/doc/*/copyright", SUITE, "-", *mirrors(apt)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=archive, stderr=subprocess.PIPE, check=False
        )
    except FileNotFoundError as error:
        raise MachineError(
            "mmdebstrap: not found; without a registry it makes the image of Debian's packages",
            remedy=f"sudo apt-get install mmdebstrap, {OTHER_WAY}",
        ) from error
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-LAST_LINES:]
        raise MachineError(
            f"mmdebstrap: could not make a {SUITE} with {' '.join(packages)}:\n" + "\n".join(last),
            remedy=f"check that this machine's apt reaches its mirror (sudo apt-get update), {OTHER_WAY}",
        )


def mirrors(apt: Path) -> list[str]:
    """Give this machine's own sources of the suite as lines of sources.list(5).

    A room's own mirror may be all it reaches. None there: mmdebstrap takes Debian's.
    """
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    lines: list[str] = []
    for file in files:
        if file.suffix in (".list", ".sources") and file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            lines += _of_stanzas(text) if file.suffix == ".sources" else _of_lines(text)
    return list(dict.fromkeys(lines))


def _of_lines(text: str) -> Iterator[str]:
    """Read the one-line style: deb [options] URI suite component..."""
    for line in text.splitlines():
        found = re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line.strip())
        if found and found[3] in POCKETS and "main" in found[4].split("#")[0].split():
            key = re.search(r"signed-by=(\S+)", found[1] or "", flags=re.IGNORECASE)
            yield _line(found[2], found[3], key[1] if key else "")


def _of_stanzas(text: str) -> Iterator[str]:
    """Read the deb822 style: fields `Types`, `URIs`, `Suites`, `Components`, `Signed-By` a stanza."""
    text = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for stanza in re.split(r"\n\s*\n", text):
        fields = {
            name.lower(): value.split()
            for name, value in re.findall(r"^([\w-]+):((?:.*\n?)(?:[ \t].*\n?)*)", stanza, re.MULTILINE)
        }
        if "deb" not in fields.get("types", ()) or "main" not in fields.get("components", ()):
            continue
        if fields.get("enabled") == ["no"]:
            continue
        key = fields.get("signed-by", [])
        path = key[0] if len(key) == 1 and key[0].startswith("/") else ""  # a key may also stand there itself
        for uri in fields.get("uris", ()):
            yield from (_line(uri, suite, path) for suite in fields.get("suites", ()) if suite in POCKETS)


def _line(uri: str, suite: str, key: str) -> str:
    return f"deb [signed-by={key}] {uri} {suite} main" if key else f"deb {uri} {suite} main"
