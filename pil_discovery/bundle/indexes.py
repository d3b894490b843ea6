"""Evidence list, source rows and layer file as tables that people open."""

from __future__ import annotations

import csv
import html
import io
from typing import TYPE_CHECKING, Any

from pil_discovery.bundle.canonical import printable
from pil_discovery.bundle.documents import ExhibitRow
from pil_discovery.text.periods import NOT_GIVEN, archive_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pil_discovery.bundle.exhibits import Evidence
    from pil_discovery.bundle.requests import BundleRequest

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
INDEX_COLUMNS = (
    *("证据编号", "名称", "来源", "取得时间", "时段或有效期", "文件", "字节数"),
    *("SHA-256", "出自压缩包"),
)
ROW_COLUMNS = ("证据项", "数据集", "来源文件", "工作表", "行号", "列", "值", "加前缀")

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<title>证据清单</title><style>
body{{font:16px/1.6 serif;margin:2em auto;max-width:70em}}
table{{border-collapse:collapse}}td,th{{border:1px solid #555;
padding:.2em .5em;text-align:left}}
code{{font-size:12px;word-break:break-all}}
</style></head><body><h1>证据清单</h1><p>{intro}</p>
<table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table></body></html>
"""


def exhibit_rows(
    request: BundleRequest,
    evidence: Evidence,
    derived: Sequence[tuple[str, str, str, str]],
) -> list[ExhibitRow]:
    """Give numbers to the evidence of Annex 1: sources first, then derived files.

    `derived` holds (item, title, path, sha256) of each derived file.
    """
    own = printable(request.office.name)
    found = [
        (s["item"], _title(s), s["issuer"] or NOT_GIVEN, s["obtained"] or NOT_GIVEN, s)
        for s in evidence.sources
    ]
    found += [
        (item, title, own, request.as_of.isoformat(), {"path": path, "sha256": digest})
        for item, title, path, digest in derived
    ]
    return [
        ExhibitRow(
            number=str(n),
            title=printable(title),
            covers=printable(file.get("covers", "")),
            origin=printable(origin),
            obtained=printable(obtained),
            digest=str(file["sha256"])[:16],
            item=item,
            path=str(file["path"]),
            sha256=str(file["sha256"]),
            archive=printable(archive_words(file.get("archive"))),
        )
        for n, (item, title, origin, obtained, file) in enumerate(found, 1)
    ]


def index_lines(
    exhibits: Sequence[ExhibitRow], files: dict[str, tuple[str, int]]
) -> list[tuple[str, ...]]:
    """Return one line per payload file, numbered without gaps, evidence first."""
    known = {e.path: e for e in exhibits}
    order = [*known, *(path for path in sorted(files) if path not in known)]
    return [
        _index_line(n, path, known.get(path), files[path])
        for n, path in enumerate(order, 1)
    ]


def index_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """Return the evidence list as CSV."""
    return _csv(INDEX_COLUMNS, lines)


def index_html(lines: Iterable[Sequence[str]], request: BundleRequest) -> bytes:
    """Return the evidence list as a page that loads nothing from anywhere."""
    intro = f"{request.name}，{printable(request.lead.title_zh)}（待核查）"
    head = "".join(f"<th>{html.escape(c)}</th>" for c in INDEX_COLUMNS)
    body = "\n".join(f"<tr>{''.join(map(_cell, line))}</tr>" for line in lines)
    page = _PAGE.format(intro=html.escape(intro), head=head, body=body)
    return page.encode("utf-8", errors="replace")


def rows_csv(evidence: Evidence) -> bytes:
    """Return the source rows cell by cell; formula-like text is prefixed and marked.

    Where the last column holds 1, the leading apostrophe is not part of the source.
    """
    return _csv(ROW_COLUMNS, (line for row in evidence.rows for line in _cells(row)))


def table_csv(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Return a table of texts as CSV for Excel."""
    return _csv(columns, (tuple(map(_safe, line)) for line in lines))


def layer(evidence: Evidence) -> dict[str, Any] | None:
    """Return the geometries of the findings (EPSG:4490), or None without any."""
    features = [_feature(f) for f in evidence.facts if f["geometry"]]
    features += [
        _overlap_feature(fact, overlap, f"{fact['item']}.{number}")
        for fact in evidence.facts
        for number, overlap in enumerate(fact["overlaps"], 1)
        if overlap["geometry"] not in (None, fact["geometry"])
    ]
    if not features:
        return None
    return {
        "type": "FeatureCollection",
        "name": "findings_epsg4490",
        "features": features,
    }


def _feature(fact: dict[str, Any]) -> dict[str, Any]:
    names = ("item", "finding_id", "state", "model", "subject_name", "statement")
    return {
        "type": "Feature",
        "id": fact["item"],
        "geometry": fact["geometry"],
        "properties": {**{n: fact[n] for n in names}, "crs": "EPSG:4490"},
    }


def _overlap_feature(
    fact: dict[str, Any], overlap: dict[str, Any], name: str
) -> dict[str, Any]:
    properties = {k: v for k, v in overlap.items() if k != "geometry"}
    return {
        "type": "Feature",
        "id": name,
        "geometry": overlap["geometry"],
        "properties": {
            "item": fact["item"],
            "finding_id": fact["finding_id"],
            **properties,
            "crs": "EPSG:4490",
        },
    }


def _index_line(
    n: int, path: str, known: ExhibitRow | None, file: tuple[str, int]
) -> tuple[str, ...]:
    digest, size = file
    title = known.title if known else path.rpartition("/")[2]
    origin = (known.origin, known.obtained, known.covers) if known else ("", "", "")
    archive = known.archive if known else ""
    return (str(n), title, *origin, path, str(size), digest, archive)


def _title(source: dict[str, Any]) -> str:
    name = source["file"].rpartition("/")[2]
    return f"{source['statement']}（{name}）"


def _cells(row: dict[str, Any]) -> list[tuple[str, ...]]:
    place = (
        row["item"],
        row["dataset"],
        row["source"],
        row["sheet"] or "",
        str(row["row"]),
    )
    return [
        (*map(_safe, place), _safe(header), _safe(value or ""), _mark(value or ""))
        for header, value in row["cells"].items()
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _mark(text: str) -> str:
    return "1" if text.startswith(_FORMULA) else ""


def _cell(text: str) -> str:
    shown = html.escape(text)
    return f"<td><code>{shown}</code></td>" if len(text) == 64 else f"<td>{shown}</td>"


def _csv(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([c.replace("\0", "") for c in line] for line in lines)
    # The byte order mark tells Excel that the file is UTF-8.
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8", errors="replace")
