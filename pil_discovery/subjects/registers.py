"""Registers → distinct parties: what each row says of whom it is about.

A row with a valid credit code needs no name: the code is its subject. Only the rows
without one have to be compared, each distinct writing once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.text.codes import check_code
from pil_discovery.text.names import normalise_name, parse_name
from pil_discovery.text.register_numbers import permit_holder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from pil_discovery.types import Dataset, PartyColumns

SAID = ("name", "code", "organisation", "region", "address", "register")
"""What is known of a party, as text, "" where nothing is: the spelling of its name, a
valid code with its kind, the organisation code inside, where it is, and, for a name
that several may bear, the register that gives it."""

_SHORTEST_CORE = 5
"""Characters of a core from which a name without a legal form is taken for more than
that of a person (as `read_parties` has it)."""


@dataclass(frozen=True)
class Register:
    """One role of the rows of one data set.

    Attributes
    ----------
    codes
        Credit code of each row, missing where it gives none that holds.
    open_rows
        Numbers of the rows without a code that say something else.
    said
        Columns `SAID`, one row for each of `open_rows`.
    bare
        How many rows give nothing but a name as short as a person's: nobody is told
        by it, so they are in no subject.
    silent
        How many rows give neither code nor name.
    from_permit
        How many rows have their code from a permit number that begins with it.
    """

    dataset: str
    role: str
    codes: pd.Series
    open_rows: NDArray[np.int64]
    said: pd.DataFrame
    bare: int
    silent: int
    from_permit: int = 0


_IN_BRACKETS = re.compile(r"\([^()]*\)")
_DOT = "·"
"""Stands inside long names of persons (阿卜杜拉·买买提), hardly in those of firms."""


def read_register(
    frames: tuple[pd.DataFrame, pd.DataFrame],
    dataset: Dataset,
    role: str,
    *,
    places: Collection[str],
) -> Register:
    """Read whom the rows of a data set speak of in one role.

    Parameters
    ----------
    frames
        The rows as given, and with codes in normal form, unusable ones missing.
    places
        Names of places such as 温州市 and 温州.
    """
    given, clean = frames
    spec = dataset.parties[role]
    codes = _column(clean, spec.code).astype("string").reset_index(drop=True)
    without = np.flatnonzero(codes.isna().to_numpy())
    given_codes = _column(given, spec.code).isna().to_numpy()
    recovered = int((codes.notna().to_numpy() & given_codes).sum())
    if not len(without):  # of most registers, and nothing is left to read
        nobody = pd.DataFrame(columns=list(SAID), dtype=object)
        return Register(dataset.id, role, codes, without, nobody, 0, 0, recovered)
    number, told = _distinct(_texts(given.iloc[without], spec))
    said, kind = _read(told, dataset.id, places)
    if (kind == "held").any():
        holders = said["code"].where(kind == "held").str[5:].astype("string")
        found = pd.Series(holders.array.take(number), without, dtype="string")
        codes = codes.fillna(found)
    of_rows = kind[number]
    usable = np.isin(of_rows, ("coded", "firm", "sign"))
    return Register(
        dataset.id,
        role,
        codes,
        without[usable],
        said[list(SAID)].take(number[usable]).reset_index(drop=True),
        bare=int((of_rows == "bare").sum()),
        silent=int((of_rows == "none").sum()),
        from_permit=recovered + int((of_rows == "held").sum()),
    )


def _distinct(texts: pd.DataFrame) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Return the number of each row's writing, and the distinct writings."""
    by = texts.groupby([*texts.columns], sort=False)
    number = by.ngroup().to_numpy().astype(np.int64)
    once = texts.drop_duplicates().reset_index(drop=True).astype(object)
    return number, once.reindex(columns=list(_PARTS), fill_value="")


def _read(
    told: pd.DataFrame, register: str, places: Collection[str]
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    """Return the columns `SAID` of writings, and what each of them is.

    `held`, a permit number names the holder; `coded`, another code; `firm`, `sign`,
    `bare` and `none` as `_kind_of` has it.
    """
    pairs = zip(told["code"], told["permit"], strict=True)
    codes = pd.DataFrame(
        [_other_code(*pair) for pair in pairs], columns=["code", "organisation"]
    ).astype(object)
    names = {name: _kind_of(name, places) for name in told["name"].unique()}
    kind = told["name"].map(names).to_numpy(dtype=object)
    kind[(told["person"] == 1).to_numpy(bool) & (kind == "sign")] = "bare"
    said = told[["name", "region", "address"]].join(codes).assign(register=register)
    said = _where_names_repeat(said, kind)
    is_held = codes["code"].str.startswith("uscc:").to_numpy(bool)
    is_coded = (codes != "").any(axis=1).to_numpy(bool)
    return said, np.where(is_held, "held", np.where(is_coded, "coded", kind))


def _column(frame: pd.DataFrame, name: str | None) -> pd.Series:
    if name is None or name not in frame.columns:
        return pd.Series(pd.array([None] * len(frame), dtype="string"), frame.index)
    return frame[name]


_PARTS = ("name", "code", "permit", "person", "region", "address")


def _texts(frame: pd.DataFrame, spec: PartyColumns) -> pd.DataFrame:
    """Return what the columns of a party say, as text, "" where they say nothing.

    Of an identity number nothing is kept but that there is one.
    """
    told = {}
    for part in _PARTS:
        name = getattr(spec, part)
        if name is not None and name in frame.columns:
            texts = frame[name].astype("string").fillna("").str.strip()
            told[part] = (texts != "").astype("int8") if part == "person" else texts
    return pd.DataFrame(told)


def _other_code(text: str, permit: str) -> tuple[str, str]:
    """Return what a row without a credit code says all the same, with its kind."""
    # beside a code that fails its check a permit number tells nothing: the two differ
    alone = permit if not text else ""
    holder = permit_holder(check_code("permit", alone).normal or "") if alone else ""
    if holder:
        return f"uscc:{holder}", holder[8:17]
    if not text:
        return "", ""
    number = check_code("registration", text)
    if number.valid and number.normal:
        return f"registration:{number.normal}", ""
    inside = check_code("org", text)
    return "", inside.normal if inside.valid and inside.normal else ""


def _kind_of(name: str, places: Collection[str]) -> str:
    """Say how much a name tells: `firm`, with a legal form; `sign`; `bare`; `none`."""
    if not normalise_name(name):
        return "none"
    parsed = parse_name(name, regions=places)
    if parsed.form:
        return "firm"
    bare = _IN_BRACKETS.sub("", parsed.whole)  # 某甲（房东） is a person all the same
    is_person = _DOT in name or min(len(bare), len(parsed.core)) < _SHORTEST_CORE
    return "bare" if is_person else "sign"


def _where_names_repeat(said: pd.DataFrame, kind: NDArray[np.object_]) -> pd.DataFrame:
    """Keep address and register only where the name alone does not tell the party.

    A registered name is given once in its region; a sign over a door is not.
    """
    firm = kind == "firm"
    return said.assign(
        address=np.where(firm, "", said["address"]),
        register=np.where(firm, "", said["register"]),
    )


def coded_names(
    frames: Mapping[str, pd.DataFrame],
    registers: Iterable[Register],
    datasets: Mapping[str, Dataset],
) -> pd.DataFrame:
    """Return the distinct writings of names that stand beside a credit code."""
    parts = [pd.DataFrame(columns=["name", "code", "region"], dtype=object)]
    for register in registers:
        spec = datasets[register.dataset].parties[register.role]
        frame = frames[register.dataset]
        if spec.name is not None and spec.name in frame.columns:
            columns = {
                "name": frame[spec.name].astype("string"),
                "code": register.codes.set_axis(frame.index),
                "region": _column(frame, spec.region).astype("string"),
            }
            pairs = pd.DataFrame(columns).dropna(subset=["code", "name"])
            parts.append(pairs.drop_duplicates().fillna("").astype(object))
    known = pd.concat(parts, ignore_index=True)
    known = known.assign(name=known["name"].str.strip()).drop_duplicates()
    known = known[known["name"] != ""]
    return known.assign(
        organisation=known["code"].str[8:17],
        code="uscc:" + known["code"],
        address="",
        register="",
    )[list(SAID)]
