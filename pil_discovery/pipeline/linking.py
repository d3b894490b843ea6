"""Link the rows of two registers, or the duplicates within one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from pil_discovery.catalog.pair_model import load_pair_model
from pil_discovery.errors import ArgumentError, near_names
from pil_discovery.subjects.clusters import cluster_rows, subject_ids
from pil_discovery.subjects.judging import judge_pairs, possible_pairs
from pil_discovery.subjects.pairs import compatible_blocks, pair_blocks
from pil_discovery.subjects.parties import Parties, read_parties

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pil_discovery.subjects.pairs import Pairs

Column = str | tuple[str, str]
"""A column of both tables, or one of the left and one of the right."""


class Registers(NamedTuple):
    """One or two tables as parties, with the labels of their rows."""

    parties: Parties
    labels: tuple[pd.Index, ...]


def link(  # noqa: PLR0913 - the columns to compare are named one by one
    left: pd.DataFrame,
    right: pd.DataFrame | None = None,
    *,
    name: Column,
    code: Column | None = None,
    region: Column | None = None,
    address: Column | None = None,
    extra: Sequence[Column] = (),
    places: Collection[str] = (),
) -> pd.DataFrame:
    """Return which rows mean one subject, which do not though alike, and which to ask.

    Two different valid codes are never one subject; a valid code of both is enough.
    Otherwise names decide, by a model calibrated on generated names; region, address
    and `extra` columns shift its verdict by fixed amounts. A branch is another subject
    than its head office, and the reason says that they are connected.

    Parameters
    ----------
    left, right
        Tables; without `right`, duplicates within `left` are sought.
    name, code, region, address
        Columns to compare: a name in both tables, or (left, right). `code` holds credit
        codes, organisation codes, registration, permit or identity numbers; one that
        fails its check is ignored.
    extra
        Further columns, compared for equality (legal representative, phone …).
    places
        Names of places such as 温州市 and 温州, which tell little of a name.

    Returns
    -------
    DataFrame
        `left`, `right` (labels of rows), `probability`, `decision` (`same`,
        `different`, `review`), `reason` in Chinese; in the order of the rows. Rows
        without any counterpart are absent. Of more than 50 rows of one register with
        the same core of a name, each is paired with the first. `.attrs["counts"]`: how
        many pairs were `compared`, `blocked` (never compared), `vetoed` by codes.

    Raises
    ------
    ArgumentError
        When a table lacks a column, `name` or `right` is missing, or so many rows bear
        one name that there are more than 50 million pairs.
    """
    columns = {"name": name, "code": code, "region": region, "address": address}
    further = {f"extra {number}": column for number, column in enumerate(extra)}
    registers = read_registers(left, right, {**columns, **further}, places=places)
    return _labelled(registers, link_registers(registers))


def link_compatible(
    left: pd.DataFrame,
    right: pd.DataFrame,
    columns: dict[str, Column | None],
    *,
    places: Collection[str] = (),
) -> pd.DataFrame:
    """Return the rows of two tables that mean one subject, or that a person must judge.

    As `link`, without what is `different`: rows whose codes contradict are not put
    beside each other, so that a name that many bear costs little where codes are known.

    Parameters
    ----------
    columns
        As `read_registers`.

    Raises
    ------
    ArgumentError
        As `link`.
    """
    registers = read_registers(left, right, columns, places=places)
    links = _judged(registers.parties, compatible_blocks)
    close = links[links["decision"] != "different"].reset_index(drop=True)
    close.attrs = links.attrs
    return _labelled(registers, close)


def _labelled(registers: Registers, links: pd.DataFrame) -> pd.DataFrame:
    """Return links with the labels of their rows in place of numbers."""
    labels = (registers.labels[0], registers.labels[-1])
    offset = len(registers.labels[0]) if len(registers.labels) > 1 else 0
    told = pd.DataFrame(
        {
            "left": labels[0].take(links["first"].to_numpy()),
            "right": labels[1].take(links["second"].to_numpy() - offset),
            **{n: links[n] for n in ("probability", "decision", "reason")},
        }
    )
    told.attrs["counts"] = links.attrs["counts"]
    return told


def read_registers(
    left: pd.DataFrame,
    right: pd.DataFrame | None,
    columns: dict[str, Column | None],
    *,
    places: Collection[str] = (),
) -> Registers:
    """Read the columns to compare, by what they hold.

    Parameters
    ----------
    columns
        `name` and where given `code`, `region`, `address` and any others.
    places
        Names of places such as 温州市 and 温州.
    """
    given = {what: column for what, column in columns.items() if column is not None}
    tables = [left] if right is None else [left, right]
    chosen = [chosen_columns(table, given, side) for side, table in enumerate(tables)]
    labels = tuple(table.index for table in tables)
    return Registers(read_parties(chosen, places=places), labels)


def chosen_columns(
    table: pd.DataFrame, given: Mapping[str, Column], side: int
) -> pd.DataFrame:
    """Return the columns to compare of a table, under what they are called.

    Raises
    ------
    ArgumentError
        When the table lacks a column.
    """
    names = {what: c if isinstance(c, str) else c[side] for what, c in given.items()}
    for name in names.values():
        if name not in table.columns:
            near = near_names(name, map(str, table.columns))
            place = "右表" if side else "左表"
            raise ArgumentError(f"{place}没有“{name}”这一列；{near or '请核对列名'}")
    return pd.DataFrame({what: table[name].to_numpy() for what, name in names.items()})


def link_registers(registers: Registers) -> pd.DataFrame:
    """Return the links with the numbers of their rows, `first` and `second`.

    The rows of the right table are numbered behind those of the left.
    """
    return _judged(registers.parties, pair_blocks)


def _judged(
    parties: Parties, blocks: Callable[[Parties], Iterator[Pairs]]
) -> pd.DataFrame:
    """Judge pairs in blocks, in the order of the rows."""
    nothing = pd.DataFrame({"first": [], "second": []}, dtype=np.int64)
    nothing = nothing.assign(probability=[], decision=[], reason=[])
    nothing.attrs["counts"] = {"compared": 0, "blocked": 0, "vetoed": 0}
    if not (parties.is_left.any() and parties.is_right.any()):
        return nothing
    model = load_pair_model()
    told = [judge_pairs(parties, block, model) for block in blocks(parties)]
    counts = {
        "compared": sum(part.attrs["counts"]["compared"] for part in told),
        "vetoed": sum(part.attrs["counts"]["vetoed"] for part in told),
    }
    counts["blocked"] = possible_pairs(parties) - counts["compared"]
    every = pd.concat(told, ignore_index=True) if told else nothing
    ordered = every.sort_values(["first", "second"], kind="stable", ignore_index=True)
    ordered.attrs["counts"] = counts
    return ordered


def party_keys(parties: Parties, *, salt: str = "") -> list[str]:
    """Return a digest of what each row says, the same wherever it stands.

    Parameters
    ----------
    salt
        Secret of the workspace (at most 64 bytes), without which identity numbers
        could be found by trying them all. Reviews are found again under the same one.
    """
    texts = [
        parties.code,
        parties.organisation,
        parties.whole,
        *parties.columns.values(),
    ]
    return [_digest("\x1f".join(row), salt) for row in zip(*texts, strict=True)]


def _digest(text: str, salt: str) -> str:
    keyed = hashlib.blake2b(text.encode(), digest_size=16, key=salt.encode())
    return keyed.hexdigest()


def subjects(registers: Registers, links: pd.DataFrame, *, salt: str = "") -> list[str]:
    """Return a `subject_id` for every row of the registers, left rows first.

    Parameters
    ----------
    registers
        What was linked.
    links
        From `link_registers`, after reviews were applied; only `same` binds.
    salt
        As for `party_keys`.
    """
    codes = list(registers.parties.code)
    keys = party_keys(registers.parties, salt=salt)
    same = links[links["decision"] == "same"]
    rows = same[["first", "second", "probability"]].itertuples(index=False, name=None)
    hidden = [_digest(code, salt) if code else "" for code in codes]
    return subject_ids(hidden, keys, cluster_rows(codes, keys, rows))
