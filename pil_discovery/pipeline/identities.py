"""Who is who in a workspace: link the parties of all its registers, once for a scan."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pil_discovery.catalog.pair_model import load_pair_model
from pil_discovery.findings.name_links import Identified, Spellings, party_column
from pil_discovery.subjects import link_codes
from pil_discovery.subjects.identities import NO_PAIRS, OPEN, identify
from pil_discovery.subjects.registers import SAID, coded_names, read_register
from pil_discovery.types import identity_prefix

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from pil_discovery.subjects.identities import Identities
    from pil_discovery.subjects.registers import Register
    from pil_discovery.types import Dataset
    from pil_discovery.types.linking import Review


_FOUR = Decimal("0.0001")


def identified(
    frames: Mapping[str, pd.DataFrame],
    datasets: Mapping[str, Dataset],
    *,
    places: Collection[str],
    reviews: Sequence[Review] = (),
) -> Identified:
    """Add to the rows of all registers who their parties are.

    A row with a valid code has the subject of that code, another one the subject that
    its name is tied to. A data set with neither column of a role has no identities.

    Parameters
    ----------
    frames
        Data set → rows, codes as they were given.
    places
        Names of places such as 温州市 and 温州.
    reviews
        Decisions about pairs, oldest first.
    """
    clean = link_codes(frames, datasets)
    registers = [
        read_register((frames[name], clean[name]), datasets[name], role, places=places)
        for name in sorted(frames)
        for role, spec in datasets[name].parties.items()
        if {spec.name, spec.code} & {*frames[name].columns}
    ]
    numbers, said = _distinct(registers)
    if not len(said):
        found = {name: frame.copy(deep=False) for name, frame in clean.items()}
        for register in registers:
            _add(found[register.dataset], register, register.codes, register.codes)
        return Identified(found, account=_account(registers, said, NO_PAIRS))
    beside = coded_names(clean, registers, datasets)
    whole = pd.concat([said, beside], ignore_index=True)
    who = identify(whole, load_pair_model(), places=places, reviews=reviews)
    found = _joined(clean, registers, numbers, who)
    standing = _Standing(registers, numbers, whole["code"].to_numpy(object))
    pairs = _pairs(who, whole, standing)
    told = tuple({k: v for k, v in p.items() if k != "_ends"} for p in pairs)
    account = _account(registers, said, who.account)
    return Identified(found, _spellings(who, whole, pairs), account, told)


def _distinct(
    registers: Sequence[Register],
) -> tuple[list[NDArray[np.int64]], pd.DataFrame]:
    """Return the number of each open row's party, and the distinct parties."""
    parts = [register.said for register in registers]
    if not any(map(len, parts)):
        nobody = pd.DataFrame(columns=list(SAID), dtype=object)
        return [np.zeros(0, dtype=np.int64)] * len(parts), nobody
    stacked = pd.concat(
        [pd.DataFrame(columns=list(SAID), dtype=object), *parts], ignore_index=True
    )
    number = stacked.groupby(list(SAID), sort=True).ngroup().to_numpy(np.int64)
    ends = np.cumsum([len(part) for part in parts])
    once = stacked.drop_duplicates().sort_values(list(SAID), kind="stable")
    return np.split(number, ends[:-1]), once.reset_index(drop=True)


def _joined(
    clean: Mapping[str, pd.DataFrame],
    registers: Sequence[Register],
    numbers: Sequence[NDArray[np.int64]],
    who: Identities,
) -> dict[str, pd.DataFrame]:
    found = {name: frame.copy(deep=False) for name, frame in clean.items()}
    for register, number in zip(registers, numbers, strict=True):
        subject, code = register.codes.copy(), register.codes.copy()
        subject.iloc[register.open_rows] = who.parties["subject_id"].to_numpy()[number]
        code.iloc[register.open_rows] = who.parties["subject_code"].to_numpy()[number]
        frame = found[register.dataset]
        _add(frame, register, subject, code)
        parties = np.full(len(frame), -1, dtype=np.int64)
        parties[register.open_rows] = number
        frame[party_column(register.role)] = parties
    return found


def _add(
    frame: pd.DataFrame, register: Register, subject: pd.Series, code: pd.Series
) -> None:
    prefix = identity_prefix(register.role)
    frame[f"{prefix}subject_id"] = subject.to_numpy()
    frame[f"{prefix}subject_code"] = code.to_numpy()
    for name in (f"{prefix}subject_id", f"{prefix}subject_code"):
        frame[name] = frame[name].astype("string")


def _pairs(
    who: Identities, whole: pd.DataFrame, standing: _Standing
) -> tuple[dict[str, Any], ...]:
    """Return the links as plain values, in the order of what they say."""
    names = whole["name"].to_numpy(object)
    subjects = who.parties["subject_id"].to_numpy(object)
    rows = who.links.sort_values(["pair", "keys"], kind="stable")
    held = standing.of(np.unique(rows[["first", "second"]].to_numpy(np.int64)))
    told = []
    for row in rows.to_dict("records"):
        ends = sorted((row["first"], row["second"]), key=lambda n: (names[n], n))
        told.append(
            {
                "pair": row["pair"],
                "keys": list(row["keys"]),
                "names": [names[n] for n in ends],
                "registers": [sorted(held[n]) for n in ends],
                "subjects": [None if pd.isna(s) else s for s in subjects[ends]],
                "decision": row["decision"],
                "by": row["by"],
                "probability": Decimal(str(row["probability"])).quantize(_FOUR),
                "reason": row["reason"],
                "_ends": ends,
            }
        )
    return tuple(told)


@dataclass(frozen=True)
class _Standing:
    """Where parties stand: open rows by number, those with a code by it."""

    registers: Sequence[Register]
    numbers: Sequence[NDArray[np.int64]]
    codes: NDArray[np.object_]

    def of(self, parties: NDArray[np.int64]) -> dict[int, set[str]]:
        """Return party → data sets in which it stands."""
        held: dict[int, set[str]] = {int(n): set() for n in parties}
        coded = {
            int(n): self.codes[n][5:] for n in parties if self.codes[n][:5] == "uscc:"
        }
        for register, number in zip(self.registers, self.numbers, strict=True):
            for party in np.intersect1d(number, parties):
                held[int(party)].add(register.dataset)
            wanted = register.codes.isin(set(coded.values()))
            there = set(register.codes[wanted].unique())
            for party, code in coded.items():
                if code in there:
                    held[party].add(register.dataset)
        return held


def _spellings(
    who: Identities, whole: pd.DataFrame, pairs: Sequence[Mapping[str, Any]]
) -> Spellings:
    tied = who.parties[who.parties["other"].notna()]
    ties = pa.table(
        {
            "party": pa.array(tied.index.to_numpy(np.int64)),
            "name": pa.array(whole.loc[tied.index, "name"].tolist(), pa.string()),
            "other": pa.array(tied["other"].tolist(), pa.string()),
            "probability": pa.array(tied["probability"].to_numpy(float)),
            "reason": pa.array(tied["reason"].tolist(), pa.string()),
        }
    )
    is_coded = whole["code"].str.startswith("uscc:").to_numpy(bool)
    rows = [
        {
            "party": -1 if is_coded[pair["_ends"][at]] else int(pair["_ends"][at]),
            "subject_id": pair["subjects"][at],
            "name": pair["names"][at],
            "other": pair["names"][1 - at],
            "registers": pair["registers"][1 - at],
            "probability": float(pair["probability"]),
            "reason": pair["reason"],
        }
        for pair in pairs
        if pair["by"] == OPEN
        for at in (0, 1)
    ]
    return Spellings(ties, pa.Table.from_pylist(rows, schema=_OPEN_SCHEMA))


_OPEN_SCHEMA = pa.schema(
    {
        "party": pa.int64(),
        "subject_id": pa.string(),
        "name": pa.string(),
        "other": pa.string(),
        "registers": pa.list_(pa.string()),
        "probability": pa.float64(),
        "reason": pa.string(),
    }
)


def _account(
    registers: Sequence[Register], said: pd.DataFrame, pairs: Mapping[str, int]
) -> dict[str, int]:
    """Count rows and pairs, so that nothing is left out without being told."""
    return {
        "rows": sum(len(r.codes) for r in registers),
        "with_code": sum(int(r.codes.notna().sum()) for r in registers),
        "from_permit": sum(r.from_permit for r in registers),
        "by_name": sum(len(r.open_rows) for r in registers),
        "bare_names": sum(r.bare for r in registers),
        "without_name": sum(r.silent for r in registers),
        "parties": len(said),
        **pairs,
    }
