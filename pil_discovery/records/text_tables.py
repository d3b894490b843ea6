"""CSV, TSV and TXT files: encoding, delimiter, records with their line numbers."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.delimiters import find_dialect
from pil_discovery.records.dialects import read_dialect
from pil_discovery.records.grids import Grid
from pil_discovery.records.text_blocks import read_blocks
from pil_discovery.types.sources import Inference

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_EAST_ASIAN = re.compile("[\u2e80-\uffef]+")
_MOSTLY = 3
"""Characters for each fault that make a text broken UTF-8. Of 150 000 texts in GBK, the
shortest of 5 characters, none had more than 2 that were UTF-8 by chance."""
_LOOKED = 2**16
"""Bytes behind the first fault that are looked at as well."""
_GB = frozenset({"gbk", "gb2312", "cp936", "gb18030", "gb_2312-80", "ansi"})


Blocks = Callable[[], Iterator[bytes]]
"""Opens the bytes of a file anew, in blocks."""


@dataclass(frozen=True)
class Decoded:
    """A file with its encoding, and why that one; decoded strictly while it is read.

    `told` tells whether the file or the workspace names the encoding, `sound` whether
    all bytes are known to be UTF-8.
    """

    blocks: Blocks
    file: str
    encoding: str
    why: str
    told: bool = False
    sound: bool = False

    @property
    def text(self) -> str:
        """The whole text, without a byte order mark."""
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """Yield the text piece by piece, without a byte order mark.

        Raises
        ------
        ReadError
            When a byte cannot be decoded; the message names its line.
        """
        first = True
        try:
            for piece in _decoded(self.blocks(), self.encoding):
                yield piece.removeprefix("\ufeff") if first else piece
                first = False
        except _Undecodable as fault:
            raise ReadError(self._fault(fault.position)) from None

    def utf8(self) -> Iterator[bytes]:
        """Yield the text as UTF-8, cut anywhere."""
        if self.sound:
            return self.blocks()
        return (piece.encode() for piece in self.pieces())

    def _fault(self, position: int) -> Problem:
        if not self.told:  # the reading that comes further is the likelier one
            position = max(position, _first_fault(self.blocks(), "utf-8") or 0)
        where = f"第{_line_of(self.blocks(), position)}行"
        if self.told:
            what, remedy = f"不能按 {self.encoding} 解码", "请导出方以 UTF-8 重新导出"
            return Problem(self.file, where, what, remedy)
        what = f"既不是 UTF-8 也不是 GB18030{_guess(self.blocks())}"
        remedy = "在工作区写明 encoding，或另存为 UTF-8 后导入"
        return Problem(self.file, where, what, remedy)


def decode(
    content: bytes | Blocks,
    file: str,
    *,
    encoding: str | None = None,
    is_utf8: bool = False,
) -> Decoded:
    """Find the encoding: byte order mark, then UTF-8, then GB18030; else ask.

    UTF-8 goes first because its bytes often decode as GB18030 without an error, and
    the reverse hardly ever happens. The whole file is tried as UTF-8 before; as the
    last choice GB18030 is tried only while the text is read. UTF-8 that is broken in a
    few places, as where a fixed width cut a character, is no GB18030: it would be read
    as other characters.

    Parameters
    ----------
    content
        All bytes, or what opens them in blocks.
    is_utf8
        Whether all bytes are known to be UTF-8.

    Raises
    ------
    ReadError
        When the encoding told is not known, or the text is broken UTF-8.
    """
    blocks = content if callable(content) else lambda: iter((content,))
    head = next(blocks(), b"")
    if encoding is not None:
        name = _known(encoding, head, file)
        return Decoded(blocks, file, name, "工作区指定", told=True)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Decoded(blocks, file, name, "文件开头有编码标记", told=True)
    fault = None if is_utf8 else _first_fault(blocks(), "utf-8")
    if fault is not None and _is_broken_utf8(blocks(), fault):
        where = f"第{_line_of(blocks(), fault)}行"
        what = "文字大都是 UTF-8，这一行却有残缺的字（可能按字节数截断）"
        remedy = "请导出方按字符数截断或加宽字段后重新导出"
        raise ReadError(Problem(file, where, what, remedy))
    sound = fault is None
    name = "utf-8" if sound else "gb18030"
    return Decoded(blocks, file, name, f"全文按 {name} 严格解码无误", sound=sound)


def _first_fault(blocks: Iterator[bytes], encoding: str) -> int | None:
    """Return the position of the first byte that does not fit, None when all do."""
    try:
        for _ in _decoded(blocks, encoding):
            pass
    except _Undecodable as fault:
        return fault.position
    return None


def _is_broken_utf8(blocks: Iterator[bytes], fault: int) -> bool:
    """Tell UTF-8 with some faults from another encoding, by all up to the first fault.

    Somewhat more is looked at: another encoding shows further faults soon.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    sound = faults = done = 0
    for whole in blocks:
        block = whole[: max(fault + _LOOKED - done, 0)]
        done += len(whole)
        # Where the look ends is no fault of the text; where the text ends is one.
        text = decoder.decode(block, final=done > fault and len(block) == len(whole))
        faults += text.count("\ufffd")
        sound += sum(map(len, _EAST_ASIAN.findall(text)))
        if done > fault:
            break
    return sound >= _MOSTLY * faults


def _known(encoding: str, head: bytes, file: str) -> str:
    """Return the name of the encoding told, as Python knows it."""
    name = "gb18030" if encoding.lower() in _GB else encoding.lower()
    if name == "utf-8" and head.startswith(b"\xef\xbb\xbf"):
        name = "utf-8-sig"
    try:
        "".encode(name)
        codecs.getincrementaldecoder(name)
    except LookupError:
        problem = Problem(
            file, "encoding", f"不认识的编码“{encoding}”", "如 utf-8、gb18030"
        )
        raise ReadError(problem) from None
    return name


class _Undecodable(Exception):  # noqa: N818 - a sign between two functions
    """The byte at this position of the file cannot be decoded."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def _decoded(blocks: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Yield the text of the blocks; a character may begin in one and end in the next.

    Raises
    ------
    _Undecodable
        At the first byte that does not fit.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    done = 0
    try:
        for block in blocks:
            done += len(block)
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # The bytes of the fault begin with those kept from the block before.
        raise _Undecodable(done - len(error.object) + error.start) from None


def _line_of(blocks: Iterator[bytes], position: int) -> int:
    """Return the line on which the byte at this position stands."""
    line = 1
    for block in blocks:
        line += block.count(b"\n", 0, max(position, 0))
        position -= len(block)
    return line


def _guess(blocks: Iterator[bytes]) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(next(blocks, b"")[:65536]).best()
    tried = best is None or best.encoding in {"utf_8", "gb18030"}
    return "" if best is None or tried else f"，看起来像 {best.encoding}"


def read_text(decoded: Decoded, file: str) -> tuple[Grid, list[Inference]]:
    """Return the records of a text table and what was concluded about it.

    The row number of a record is the line on which it begins. The file is never held
    whole: it goes through the memory in blocks of 4 MiB, and the grid takes the bytes
    of its texts in UTF-8 and 8 for each cell. Reading a table to its typed rows took at
    most 2.6 GiB for a GBK file of 5 million rows in 8 columns (637 MB), of which the
    grid is 1.0 GiB; see `benchmarks/large_tables.py`.

    Raises
    ------
    ReadError
        When a byte cannot be decoded, quotes do not pair, or a field is longer than
        16 MiB.
    """
    dialect = find_dialect(next(filter(None, decoded.pieces()), ""), file)
    rows: Sequence[Sequence[object]]
    if dialect.is_plain:
        rows, lines = read_blocks(decoded.utf8(), dialect.delimiter, file)
    else:
        rows, lines = read_dialect(decoded.text, dialect, file)
    inferences = [
        Inference(what="编码", value=decoded.encoding, why=decoded.why),
        Inference(what="分隔符", value=dialect.name, why=dialect.why),
    ]
    return Grid(None, rows, lines, ragged=True), inferences
