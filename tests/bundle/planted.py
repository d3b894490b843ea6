"""Personal data planted in a request, plain and in every disguise."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date, timedelta

from pil_discovery.text.check_digits import resident_check_digit
from tests.bundle import factory

WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}
HAN = str.maketrans("0123456789", "〇一二三四五六七八九")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉兰建国志红"
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"


def resident(rng):
    day = date(1950, 1, 1) + timedelta(days=rng.randrange(25_000))
    body = f"990302{day:%Y%m%d}{rng.randrange(1000):03d}"
    return body + resident_check_digit(body)


def mobile(rng):
    return f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"


def card(rng):
    body = "62" + "".join(rng.choice("0123456789") for _ in range(rng.choice([13, 16])))
    doubled = [int(d) * 2 for d in body[::-2]]
    total = sum(map(int, body[-2::-2])) + sum(d - 9 if d > 9 else d for d in doubled)
    return f"{body}{-total % 10}"


def plate(rng):
    tail = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(5))
    return f"{rng.choice('浙京沪苏皖')}{rng.choice('ABCD')}{tail}"


def address(rng):
    n = rng.randrange(1, 99)
    road = rng.choice(["幸福路", "和平街", "花园巷"])
    return f"示例区示例街道{road}{n}号{n % 9 + 1}幢{n % 4 + 1}单元{n + 100}室"


def person(rng):
    return rng.choice(FAMILY) + "".join(rng.sample(GIVEN, 2))


KINDS = {"id": resident, "phone": mobile, "card": card, "plate": plate}
KINDS |= {"address": address, "name": person}


def spaced(text, rng):
    return " ".join(text)


def dashed(text, rng):
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def hidden(text, rng):
    return rng.choice("\u200b\u200c\u200d\u2060\ufeff\u00ad").join(text)


def wide(text, rng):
    return text.translate(WIDE)


def mixed(text, rng):
    return hidden(wide(spaced(text, rng), rng), rng)


def arabic(text, rng):
    return text.translate(ARABIC)


def as_is(text, rng):
    return text


NUMBERS = {"id": (), "phone": (), "card": ()}
DISGUISES = (as_is, spaced, dashed, hidden, wide, mixed, arabic)


def disguised(kind, value, rng):
    """The value as somebody may have typed it."""
    if kind == "address":
        return rng.choice([as_is, hidden, wide])(value, rng)
    if kind in {"name", "plate"}:
        return rng.choice([as_is, spaced, hidden])(value, rng)
    return rng.choice(DISGUISES)(value, rng)


def planted(folder, rng, count, **more):
    """A request with `count` secrets in rows, sentences, names of files and sheets.

    Returns
    -------
    tuple
        The request, and the secrets as (kind, plain value).
    """
    secrets = []

    def secret(kind=None):
        kind = kind or rng.choice(list(KINDS))
        secrets.append((kind, KINDS[kind](rng)))
        return disguised(kind, secrets[-1][1], rng)

    def words():
        kind = rng.choice(["id", "phone", "card", "plate", "address", "name"])
        lead_in = {"name": "联系人", "address": "家住"}.get(kind, "登记为")
        return f"备注{lead_in}{secret(kind)}，另行核实"

    found = [
        factory.finding(
            n,
            sentence_zh=f"示例置业有限公司第{n}期逾期578日，{words()}。",
            place=words(),
            missing=(words(),),
            undecided=(words(),),
        )
        for n in (1, 2)
    ]
    request = factory.request(folder, findings=found, **more)
    number, rows = 0, []
    while len(secrets) < count:
        number += 1
        rows.append(
            {
                "dataset": "land_contract",
                "source": "数据/出让合同.csv",
                "sheet": f"表{words()[:30]}" if number == 1 else None,
                "row": number + 100,
                "cells": {
                    "合同编号": f"HT-{number}",
                    "受让人": secret("name"),
                    "联系电话": secret("phone"),
                    "备注": words(),
                    "说明": words(),
                },
            }
        )
    named = f"数据/{person(rng)}{mobile(rng)}材料.csv"
    secrets.append(("phone", re.search("1[0-9]{10}", named).group()))
    first = request.sources[0].model_copy(update={"file": named})
    paths = {
        **request.source_paths,
        named: request.source_paths[request.sources[0].file],
    }
    del paths[request.sources[0].file]
    moved = [
        f.model_copy(
            update={
                "records": tuple(
                    r.model_copy(update={"source": named})
                    if r.source == request.sources[0].file
                    else r
                    for r in f.records
                )
            }
        )
        for f in found
    ]
    for row in rows:
        row["source"] = named
    whole = replace(
        request,
        findings=moved,
        sources=[first, *request.sources[1:]],
        source_paths=paths,
        rows=[*request.rows[1::2], *rows],
    )
    return whole, secrets


def texts_of(bundle):
    """Every text of a finished bundle: file names, files, parts of zips, PDF pages."""
    import pypdf

    for path in sorted(bundle.rglob("*")):
        yield path.relative_to(bundle).as_posix()
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield data.decode("utf-8", "replace")
        yield data.decode("utf-16-le", "replace")
        if path.suffix in {".docx", ".xlsx"}:
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                for name in packed.namelist():
                    text = packed.read(name).decode("utf-8", "replace")
                    yield f"{name} {text}"
                    yield re.sub(r"<[^>]*>", "", text)
        if path.suffix == ".pdf":
            reader = pypdf.PdfReader(io.BytesIO(data))
            yield str(reader.metadata)
            yield "".join(page.extract_text() for page in reader.pages)


def bare(text):
    """Letters and digits alone, each in its plain form."""
    plain = unicodedata.normalize("NFKC", text)
    kept = "".join(
        str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c
        for c in plain
        if c.isalnum()
    )
    return kept.casefold()


def leaks(bundle, secrets):
    """The secrets that are still somewhere in a bundle."""
    whole = "\n".join(map(bare, texts_of(bundle)))
    return [(kind, value) for kind, value in secrets if bare(value) in whole]


def find_marked(bundle):
    """Numbers of persons that the forms alone give away, in the words of a bundle."""
    from pil_discovery.text.personal import find_personal

    names = ("letter.json", "items.jsonl", "来源行.csv", "index.csv", "方法说明.md")
    texts = [p.read_text("utf-8") for p in bundle.rglob("*") if p.name in names]
    return [
        found
        for text in texts
        for found in find_personal(text)
        if found.kind in {"id", "phone", "card", "plate", "mail"}
    ]
