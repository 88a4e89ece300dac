"""Files as a .zip: the same files give the same bytes, wherever and whenever they are packed."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can say (APPNOTE 4.4.6)
UNIX = 3  # whose modes the attributes have (4.4.2)
FILE_MODE, PROGRAM_MODE = 0o100644, 0o100755


def packed(files: Mapping[str, bytes], programs: Container[str] = ()) -> bytes:
    """Pack files (relative name -> content), `programs` so that they can be run."""
    whole = io.BytesIO()
    with zipfile.ZipFile(
        whole, "w", zipfile.ZIP_STORED
    ) as archive:  # deflate's bytes are its version's choice
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = UNIX
            info.external_attr = (PROGRAM_MODE if name in programs else FILE_MODE) << 16
            archive.writestr(info, content)
    return whole.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """Give the files of an archive of ours. One from elsewhere goes through `kit.exercise.archive`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
