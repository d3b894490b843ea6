"""What a batch leaves besides its bundles: the index, and a journal until then."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle import staging
from pil_discovery.bundle.canonical import json_lines, printable
from pil_discovery.bundle.workbooks import table_workbook
from pil_discovery.pipeline.case_files import templates_folder
from pil_discovery.report.privacy import mask_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from pil_discovery.pipeline.batch_work import Order
    from pil_discovery.types import PackedLead

_SCAN = ("run.json", "findings.jsonl", "leads.jsonl")
_STATES = {
    "packed": "已装",
    "gate": "关卡未过",
    "fault": "不能装",
    "defect": "程序错误",
}
_COLUMNS = (
    *("序号", "线索编号", "线索", "应履职机关", "文书种类", "给谁看", "状态"),
    *("证据包", "签名", "根散列", "未装原因"),
)
_READERS = {
    "internal": "本院",
    "agency": "行政机关",
    "court": "法院",
    "public": "公众",
}


def write_index(
    order: Order, entries: Sequence[PackedLead], run: Mapping[str, Any]
) -> Path:
    """Write the workbook and the lines that list a batch; return the workbook.

    In a redacted batch the titles of leads, which may hold names, stay out.
    """
    key = order_key(order)
    lines = [_line(order, entry, key) for entry in entries]
    staging.write(order.out, f"{_stem(order)}.jsonl", json_lines(lines))
    day = dt.date.fromisoformat(run["as_of"])
    data = table_workbook({"证据包": (_COLUMNS, [_row(x) for x in lines])}, day)
    staging.write(order.out, f"{_stem(order)}.xlsx", data)
    return order.out / f"{_stem(order)}.xlsx"


class Journal:
    """Notes each finished part of a batch at once, so that a later one can go on.

    It lies beside the bundles as `.<index>.partial` until the index is written, and
    keeps a second batch of the same kind out meanwhile.
    """

    def __init__(self, order: Order, run: Mapping[str, Any]) -> None:
        """Name the journal of an order; nothing is written yet."""
        self._order, self._run = order, run
        self._path = order.out / f".{_stem(order)}.partial"
        self._key = order_key(order)

    def __enter__(self) -> Journal:
        """Open the journal, or go on with the one of an interrupted batch."""
        self._order.out.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("ab")
        self._lock = staging.locked(self._path, "这里装同一种证据包")
        try:
            self._lock.__enter__()
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let the journal go; it stays where the batch was interrupted."""
        self._file.close()
        self._lock.__exit__(kind, error, trace)

    def note(self, entries: Iterable[PackedLead]) -> None:
        """Write down durably what became of some leads."""
        lines = (_line(self._order, entry, self._key) for entry in entries)
        self._file.write(json_lines(lines))
        self._file.flush()
        os.fsync(self._file.fileno())

    def finished(self) -> dict[str, str]:
        """Return the roots of bundles that this very order finished, by lead."""
        roots = {}
        index = self._order.out / f"{_stem(self._order)}.jsonl"
        for line in [*_lines(index), *_lines(self._path)]:
            known = line.get("order") == self._key and line.get("state") == "packed"
            if known and isinstance(line.get("root_sha256"), str):
                roots[str(line.get("lead_id"))] = line["root_sha256"]
        return roots

    def close(self) -> None:
        """Remove the journal: the index says it all."""
        self._path.unlink(missing_ok=True)


def order_key(order: Order) -> str:
    """Return the hash of all that the bundles of an order follow from.

    Scan, templates, fields, readers, seal, version of the program: with another of
    them a finished bundle is computed again and compared.
    """
    told = {
        "version": version("pil_discovery"),
        "kind": order.kind,
        "profile": order.profile,
        "redaction": order.redaction,
        "fields": dict(order.fields),
        "seal": None if order.seal is None else order.seal.declaration(),
        "scan": {name: _sha256(order.scan_dir / name) for name in _SCAN},
        "templates": {
            path.relative_to(templates_folder()).as_posix(): _sha256(path)
            for path in sorted(templates_folder().rglob("*"))
            if path.is_file()
        },
    }
    text = json.dumps(told, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _stem(order: Order) -> str:
    tail = "" if order.profile == "internal" else f"-{order.profile}"
    return f"证据包索引-{order.kind}{tail}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _line(order: Order, entry: PackedLead, key: str) -> dict[str, Any]:
    told = entry.model_dump(mode="json", exclude={"existed"})
    if order.profile != "internal":
        told["title_zh"] = ""
    told["reasons"] = [mask_sentence(printable(r)) for r in entry.reasons]
    return {
        **told,
        "kind": order.kind,
        "profile": order.profile,
        "signed": order.seal is not None and entry.state == "packed",
        "order": key,
    }


def _row(line: Mapping[str, Any]) -> list[str]:
    cells = (
        *(line["rank"], line["lead_id"], line["title_zh"], line["agency"] or ""),
        *(line["kind"], _READERS[line["profile"]], _STATES[line["state"]]),
        *(line["bundle"] or "", "已签名" if line["signed"] else ""),
        *(line["root_sha256"] or "", "；".join(line["reasons"])),
    )
    return [printable(cell) for cell in cells]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what can be read; the last line of a journal may be torn."""
    if not path.is_file():
        return
    for line in path.read_bytes().splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict):
            yield told
