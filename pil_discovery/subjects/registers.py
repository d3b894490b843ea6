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
    codes = _column(clean, spec.code).astype("string")
    without = np.flatnonzero(codes.isna().to_numpy())
    told = _texts(given.iloc[without], spec)
    others = [
        _other_code(*pair) for pair in zip(told["code"], told["permit"], strict=True)
    ]
    kinds = pd.DataFrame(others, columns=["code", "organisation"], index=told.index)
    held = kinds["code"].str.startswith("uscc:").to_numpy(dtype=bool)
    if held.any():
        from_permit = pd.Series(kinds["code"].str[5:].to_numpy(), without)[held]
        codes = codes.reset_index(drop=True).fillna(from_permit.astype("string"))
    said = pd.concat([told[["name", "region", "address"]], kinds], axis=1)[~held]
    is_coded = ((said["code"] != "") | (said["organisation"] != "")).to_numpy(bool)
    parts = {n: _kind_of(n, places) for n in said["name"].unique()}
    kind = said["name"].map(parts).to_numpy(dtype=object)
    is_person = (told["person"] != "").to_numpy()[~held] & (kind != "firm")
    kind[is_person] = "bare"
    said = _where_names_repeat(said.assign(register=dataset.id), kind)
    usable = is_coded | ((kind != "none") & (kind != "bare"))
    return Register(
        dataset.id,
        role,
        codes,
        without[~held][usable],
        said.loc[usable, list(SAID)].reset_index(drop=True),
        bare=int(((kind == "bare") & ~is_coded).sum()),
        silent=int(((kind == "none") & ~is_coded).sum()),
        from_permit=int(held.sum()),
    )


def _column(frame: pd.DataFrame, name: str | None) -> pd.Series:
    if name is None or name not in frame.columns:
        return pd.Series(pd.array([None] * len(frame), dtype="string"), frame.index)
    return frame[name]


def _texts(frame: pd.DataFrame, spec: PartyColumns) -> pd.DataFrame:
    """Return what the columns of a party say, as text, "" where they say nothing."""
    wanted = ("name", "code", "permit", "person", "region", "address")
    columns = {part: _column(frame, getattr(spec, part)) for part in wanted}
    return pd.DataFrame(
        {p: c.astype("string").fillna("").str.strip() for p, c in columns.items()}
    ).astype(object)


def _other_code(text: str, permit: str) -> tuple[str, str]:
    """Return what a row without a credit code says all the same, with its kind."""
    holder = permit_holder(check_code("permit", permit).normal or "") if permit else ""
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
