"""Rows of registers as parties: name, valid code, further columns normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.subjects.cores import Cores, read_cores
from pil_discovery.text.codes import check_code
from pil_discovery.text.name_words import SHORT_FORMS
from pil_discovery.text.names import normalise_name, parse_name
from pil_discovery.text.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from pil_discovery.types.datasets import CodeKind

    Texts = NDArray[np.object_]

_KEYS: tuple[CodeKind, ...] = ("uscc", "registration", "resident_id")


@dataclass(frozen=True)
class Parties:
    """The rows of one or two tables, one below the other.

    Attributes
    ----------
    cores, core
        Distinct cores of the names, and the number of each row's own.
    whole, form, short_form, branch, former
        Parts of the names, "" where there is none.
    is_cut, is_short
        The name is cut off; it is so short and bare that many may bear it, as a
        person's.
    code, organisation
        Valid code with its kind, and the organisation code inside; "" without one.
    columns
        Further columns to compare, normalised: `region`, `address` and others.
    is_left, is_right
        On which side the row stands; on both within one register.
    """

    cores: Cores
    core: NDArray[np.int64]
    whole: Texts
    form: Texts
    short_form: Texts
    branch: Texts
    former: Texts
    is_cut: NDArray[np.bool_]
    is_short: NDArray[np.bool_]
    code: Texts
    organisation: Texts
    columns: Mapping[str, Texts]
    is_left: NDArray[np.bool_]
    is_right: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.core)


def read_parties(
    tables: Sequence[pd.DataFrame], *, places: Collection[str] = ()
) -> Parties:
    """Read one table (a register with duplicates) or two (left and right).

    Parameters
    ----------
    tables
        With the column `name`, and where known `code`, `region`, `address` and others.
    places
        Names of places, such as 温州市 and 温州.
    """
    whole_table = pd.concat(tables, ignore_index=True)
    texts = {str(name): _texts(whole_table[name]) for name in whole_table.columns}
    known = {text: parse_name(text, regions=places) for text in set(texts["name"])}
    names = [known[text] for text in texts["name"]]
    cores = read_cores({name.core for name in names}, places=places)
    numbers = {text: number for number, text in enumerate(cores.texts)}
    codes = _codes(texts.get("code", _blank(len(names))))
    form = _objects([name.form for name in names])
    side = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    return Parties(
        cores=cores,
        core=np.array([numbers[name.core] for name in names], dtype=np.int64),
        whole=_objects([name.whole for name in names]),
        form=form,
        short_form=_objects([SHORT_FORMS.get(f, f) for f in form]),
        branch=_objects([name.branch for name in names]),
        former=_objects([normalise_name(name.former) for name in names]),
        is_cut=np.array([name.is_cut for name in names], dtype=bool),
        is_short=np.array([len(n.core) < 5 and not n.form for n in names], dtype=bool),
        code=codes[0],
        organisation=codes[1],
        columns={
            name: _objects([normalise_name(text) for text in column])
            for name, column in texts.items()
            if name not in {"name", "code"}
        },
        is_left=side == 0,
        is_right=side == len(tables) - 1,
    )


def _texts(values: pd.Series) -> Texts:
    return _objects(["" if pd.isna(v) else str(v) for v in values])


def _blank(rows: int) -> Texts:
    return _objects([""] * rows)


def _objects(values: Sequence[str]) -> Texts:
    found = np.empty(len(values), dtype=object)
    found[:] = list(values)
    return found


def _codes(texts: Texts) -> tuple[Texts, Texts]:
    """Return valid codes with their kinds, and the organisation codes inside."""
    known = {text: _code(text) for text in set(texts)}
    codes, organisations = ([known[text][at] for text in texts] for at in (0, 1))
    return _objects(codes), _objects(organisations)


def _code(text: str) -> tuple[str, str]:
    """Return what a code says for certain; one that fails its check says nothing."""
    if not text:
        return "", ""
    if is_pseudonym(text):
        return f"resident_id:{text}", ""
    for kind in _KEYS:
        normal = check_code(kind, text).normal
        if normal:
            return f"{kind}:{normal}", normal[8:17] if kind == "uscc" else ""
    return "", check_code("org", text).normal or ""
