"""Text tables: encodings, delimiters, quoting, layout, headers, keys."""

from __future__ import annotations

from tests.zoo.cases import Case, row
from tests.zoo.making import FIRST, HEAD, ROWS, SECOND, content, text, text_of

CONTRACT = {"dataset": "land_contract"}
READ = {
    2: {
        "contract_no": "示合2024-001",
        "grantee": "示例甲公司",
        "area_m2": 1000.0,
        "price_total_cny": 5000000.0,
        "sign_date": "2024-03-05",
    },
    3: {"area_m2": 2000.5, "price_total_cny": 7200000.5, "sign_date": "2024-06-30"},
}
_BOM = b"\xef\xbb\xbf"
_GB_BOM = b"\x84\x31\x95\x33"
PLAIN = text_of(ROWS)


def contract(name, make, /, **expected):
    expected.setdefault("options", CONTRACT)
    return Case(name, make, **expected)


def _bytes(name, data, /, **expected):
    return contract(name, content(data, "出让合同.csv"), **expected)


def rows_of(name, lines, /, **expected):
    return contract(name, text(lines), **expected)


# ---- encodings and delimiters ----

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-16": "utf-16",
}
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}


def _matrix():
    for encoding, told in ENCODINGS.items():
        for word, mark in DELIMITERS.items():
            yield contract(
                f"text-{encoding}-{word}",
                text(ROWS, encoding=encoding, delimiter=mark),
                rows=2,
                cells=READ,
                notes=(
                    f"编码 {told}",
                    "分隔符 制表符" if mark == "\t" else f"分隔符 {mark}",
                ),
            )


_RARE = (HEAD, ("示合𠮷-001", "㐂丁公司", *FIRST[2:]))
_GARBLED = text_of(ROWS).encode()
_LATIN = "contract_no,area_m2,grantee\r\nA-1,1,中华公司".encode()

_ENCODED = [
    _bytes(
        "text-utf-16-be", b"\xfe\xff" + PLAIN.encode("utf-16-be"), rows=2, cells=READ
    ),
    _bytes("text-gb18030-mark", _GB_BOM + PLAIN.encode("gb18030"), rows=2, cells=READ),
    contract(
        "text-gb18030-four-bytes",
        text(_RARE, encoding="gb18030"),
        rows=1,
        cells={2: {"contract_no": "示合𠮷-001", "grantee": "㐂丁公司"}},
    ),
    contract(
        "text-encoding-told",
        text(ROWS, encoding="gbk"),
        options={**CONTRACT, "encoding": "GBK"},
        cells=READ,
        notes=("工作区指定",),
    ),
    contract(
        "text-encoding-told-wrongly",
        text(ROWS, encoding="gbk"),
        options={**CONTRACT, "encoding": "utf-8"},
        refused="encoding",
        says=("第1行", "不能按 utf-8 解码"),
    ),
    contract(
        "text-encoding-unknown",
        text(ROWS),
        options={**CONTRACT, "encoding": "国标"},
        refused="encoding",
        says=("不认识的编码“国标”",),
    ),
    _bytes(
        "text-utf-16-without-mark",
        PLAIN.encode("utf-16-le"),
        refused="encoding",
        says=("NUL",),
    ),
    _bytes(
        "text-big5",
        text_of(ROWS).encode("big5", "ignore"),
        refused="header",
        says=("表头",),
    ),
    _bytes(
        "text-no-encoding",
        b"a,b\r\n\xff\xfe\xfd,\x81\r\n",
        refused="encoding",
        says=("既不是 UTF-8 也不是 GB18030",),
    ),
    _bytes(
        "text-utf-8-cut-in-a-character",
        _GARBLED[:40],
        refused="encoding",
        says=("大都是 UTF-8", "残缺"),
    ),
    _bytes(
        "text-utf-8-one-bad-byte",
        _GARBLED.replace("示例甲".encode(), b"\xe7\xa4\xff\xff", 1),
        refused="encoding",
        says=("UTF-8",),
    ),
    _bytes(
        "text-nul",
        PLAIN.encode().replace(b"1000", b"10\x0000"),
        refused="encoding",
        says=("第2行", "NUL"),
    ),
    _bytes("text-empty", b"", refused="empty", says=("空的",)),
    _bytes("text-only-mark", _BOM + b"\r\n \t\r\n", refused="empty", says=("空的",)),
    _bytes("text-double-mark", _BOM + _BOM + PLAIN.encode(), cells=READ),
]

# ---- lines and quotes ----

_LINES = [
    contract("text-line-feed", text(ROWS, end="\n"), cells=READ),
    contract("text-carriage-return", text(ROWS, end="\r"), cells=READ),
    rows_of("text-mixed-ends", PLAIN.replace("\r\n", "\n", 1), cells=READ),
    rows_of("text-no-last-end", PLAIN.rstrip(), cells=READ),
    rows_of(
        "text-quoted-delimiter",
        (HEAD, ("A-1", "甲,乙公司", *FIRST[2:])),
        cells={2: {"grantee": "甲,乙公司", "area_m2": 1000.0}},
    ),
    rows_of(
        "text-quoted-line-end",
        (HEAD, ("A-1", "甲\n乙公司", *FIRST[2:]), SECOND),
        rows=2,
        cells={2: {"contract_no": "A-1"}, 4: {"contract_no": "示合2024-002"}},
    ),
    rows_of(
        "text-doubled-quotes",
        (HEAD, ("A-1", '甲"乙"公司', *FIRST[2:])),
        cells={2: {"grantee": '甲"乙"公司'}},
    ),
    rows_of(
        "text-everything-quoted",
        "".join(",".join(f'"{c}"' for c in r) + "\n" for r in ROWS),
        cells=READ,
    ),
    rows_of(
        "text-quote-inside",
        PLAIN.replace("示例甲公司", '示例5"管公司'),
        cells={2: {"grantee": '示例5"管公司'}},
    ),
    rows_of(
        "text-quote-open",
        PLAIN.replace("示例甲公司", '"示例甲公司'),
        refused="fields",
        says=("第2行", "引号"),
    ),
    rows_of(
        "text-too-few-fields", [*ROWS, ("示合3", "丙")], rows=2, out=[row(4, "fields")]
    ),
    rows_of(
        "text-too-many-fields",
        [*ROWS, (*SECOND, "多", "余")],
        rows=2,
        out=[row(4, "fields")],
    ),
    rows_of(
        "text-trailing-delimiters", [(*r, "", "") for r in ROWS], rows=2, cells=READ
    ),
    rows_of("text-padded-rows", [HEAD, (*FIRST, "", ""), SECOND], rows=2, cells=READ),
    rows_of(
        "text-sep-line",
        "sep=;\r\n" + text_of(ROWS, ";"),
        rows=2,
        cells={3: {"area_m2": 1000.0}},
    ),
    rows_of(
        "text-tabs-in-cells",
        [HEAD, ("\tA-1\t", "甲 ", *FIRST[2:])],
        cells={2: {"contract_no": "A-1", "grantee": "甲"}},
    ),
    contract("text-txt", text(ROWS, name="出让合同.txt", delimiter="|"), cells=READ),
    contract("text-tsv", text(ROWS, name="出让合同.tsv", delimiter="\t"), cells=READ),
    contract(
        "text-named-xls",
        text(ROWS, name="出让合同.xls", delimiter="\t", encoding="gbk"),
        cells=READ,
    ),
    contract("text-named-dat", text(ROWS, name="出让合同.dat"), cells=READ),
]

_RARE_MARKS = {"caret": "^", "tilde": "~", "wide-comma": "，", "control-a": "\x01"}
_DELIMITED = [
    contract(f"text-delimiter-{word}", text(ROWS, delimiter=mark), rows=2, cells=READ)
    for word, mark in _RARE_MARKS.items()
]
_CUT = [
    _bytes(
        "text-latin-header-and-cut-utf-8",
        _LATIN[:-2],
        refused="encoding",
        says=("UTF-8", "第2行", "残缺"),
    ),
    _bytes(
        "text-utf-8-cut-in-every-line",
        b"contract_no,area_m2,grantee\r\n"
        + b"".join(f"A-{i},1,示例有限公司".encode()[:-1] + b"\r\n" for i in range(9)),
        refused="encoding",
        says=("UTF-8", "残缺"),
    ),
]
CASES = [*_matrix(), *_ENCODED, *_LINES, *_DELIMITED, *_CUT]
