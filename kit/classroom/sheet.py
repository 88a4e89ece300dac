"""A CSV sheet that is somebody else's: cells are read and changed, every other byte stays as it was.

The csv module forgets how a cell was quoted and how a line ended. Here each cell keeps its raw text, and
what a cell says is what the csv module reads from it (dialect `excel`, with the sheet's own delimiter).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a file may begin with -> how it goes on.
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Sheet:
    """`cells[row][column]` is what a cell says; `raw` is how it is written, `ends` how each line ends.

    A blank line is a row of one empty cell. Rows may have different lengths.
    """

    bom: bytes
    encoding: str
    delimiter: str
    raw: tuple[tuple[str, ...], ...]
    ends: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, data: bytes) -> Sheet:
        """Read any bytes: there is nothing that is no sheet, but perhaps not one that somebody meant."""
        bom, encoding, text = _decoded(data)
        delimiter = _delimiter_of(text)
        rows = list(_rows(text, delimiter))
        raw = tuple(cells for cells, _ in rows)
        cells = tuple(tuple(_said(cell) for cell in row) for row in raw)
        return cls(bom, encoding, delimiter, raw, tuple(end for _, end in rows), cells)

    @property
    def data(self) -> bytes:
        lines = (self.delimiter.join(row) + end for row, end in zip(self.raw, self.ends, strict=True))
        return self.bom + "".join(lines).encode(self.encoding)

    def line_of(self, row: int) -> int:
        """Give the line, counted from 1, on which a row begins: a cell may have lines in it."""
        before = (cell for cells in self.raw[:row] for cell in cells)
        return 1 + row + sum(len(_LINE_END.findall(cell)) for cell in before)

    def with_cell(self, row: int, column: int, value: str) -> Sheet:
        """Give the sheet with one cell changed; a row that is too short gets the cells between.

        Raises UsageError for text that the sheet's encoding does not have.
        """
        try:
            value.encode(self.encoding)
        except UnicodeEncodeError:
            raise UsageError(
                f"the sheet is in {self.encoding}, which cannot say {value!r}", remedy="save it as UTF-8"
            ) from None
        missing = ("",) * (column + 1 - len(self.raw[row]))
        raw, cells = [*self.raw[row], *missing], [*self.cells[row], *missing]
        cells[column] = value
        raw[column] = self._written(value, quoted=raw[column].startswith('"') or len(raw) == 1)
        return replace(
            self,
            raw=(*self.raw[:row], tuple(raw), *self.raw[row + 1 :]),
            cells=(*self.cells[:row], tuple(cells), *self.cells[row + 1 :]),
        )

    def _written(self, value: str, *, quoted: bool) -> str:
        """Quote it where it was quoted before, and where it must be: a line of one empty cell is no row."""
        if quoted or any(each in value for each in (self.delimiter, '"', "\r", "\n")):
            return '"' + value.replace('"', '""') + '"'
        return value


def _decoded(data: bytes) -> tuple[bytes, str, str]:
    """Give BOM, encoding and text: the first encoding that gives the same bytes back."""
    for bom, encoding in _BOMS.items():
        if data.startswith(bom) and (text := _text(data[len(bom) :], encoding)) is not None:
            return bom, encoding, text
    for encoding in ("utf-8", *(("gb18030",) if _seems_chinese(data) else ()), "cp1252"):
        if (text := _text(data, encoding)) is not None:
            return b"", encoding, text
    return b"", "latin-1", data.decode("latin-1")  # five bytes are nothing in Windows-1252


def _text(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except UnicodeError:
        return None


_HIGH = re.compile(rb"[\x80-\xff]+")


def _seems_chinese(data: bytes) -> bool:
    """Tell GBK from Windows-1252: there an accented letter stands alone among others, here bytes are in pairs."""
    runs = [len(each) for each in _HIGH.findall(data)]
    return 2 * sum(length > 1 for length in runs) >= len(runs)


_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*(?:"|\Z)')


def _delimiter_of(text: str) -> str:
    """Take the delimiter that stands most often in the first line, outside of quotes."""
    first = _LINE_END.split(_QUOTED.sub("", text), maxsplit=1)[0]
    return max(_DELIMITERS, key=first.count)


def _cell(delimiter: str) -> re.Pattern[str]:
    """Match one cell: quoted if it begins with a quote, and what follows the closing quote belongs to it."""
    plain = rf"[^{re.escape(delimiter)}\r\n]*"
    return re.compile(rf"{_QUOTED.pattern}{plain}|{plain}")


def _rows(text: str, delimiter: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give each row's raw cells and its line end, which the last row may lack."""
    cell, place = _cell(delimiter), 0
    cells: list[str] = []
    while place < len(text) or cells:
        found = cell.match(text, place)
        after = found.end() if found else place
        cells.append(text[place:after])
        place = after
        if text.startswith(delimiter, place):
            place += 1
            continue
        end = _LINE_END.match(text, place)
        yield tuple(cells), end[0] if end else ""
        cells = []
        place = end.end() if end else place


def _said(raw: str) -> str:
    """Read a raw cell as the csv module does: a quote that is never closed lasts until the end."""
    quoted = _QUOTED.match(raw)
    if quoted is None:
        return raw
    body = quoted[0][1:]
    closed = (len(body) - len(body.rstrip('"'))) % 2 == 1
    return (body[:-1] if closed else body).replace('""', '"') + raw[quoted.end() :]
