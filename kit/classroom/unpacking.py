"""Evidence that comes back as a tar: files and folders below one place, whoever sent them.

Written out here, and not by `TarFile.extractall`: its filters came with Python 3.11.4, and Debian 12 has 3.11.2.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from kit.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO


def unpack(evidence: IO[bytes], folder: Path) -> None:
    """Write the files into `folder`; there may be none.

    Raises MachineError for what is no tar, is no file, or would lie elsewhere.
    """
    if not evidence.seek(0, os.SEEK_END):
        return
    evidence.seek(0)
    try:
        with tarfile.open(fileobj=evidence, mode="r|") as archive:
            for member in archive:
                _write(archive, member, folder)
    except tarfile.TarError as error:
        raise MachineError(f"the evidence that came back is not whole: {error}") from error


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or not (member.isfile() or member.isdir()):
        raise MachineError(f"the evidence that came back has no place for {member.name!r}")
    path = folder.joinpath(*name.parts)
    if member.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    content = archive.extractfile(member)
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
