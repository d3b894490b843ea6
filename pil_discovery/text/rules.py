"""What a column says about its cells: unit, identifier, century."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.text.units import find_unit
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from pil_discovery.types.datasets import Dataset, Field


@dataclass(frozen=True, slots=True)
class Rules:
    """What the column says about its cells.

    Attributes
    ----------
    unit
        Unit of the numbers in the file; `declared` tells whether a header or the
        workspace said so, `by_dataset` whether the data set did.
    identifier
        The text links tables: it is compared, so width and spaces are folded.
    """

    field: Field
    unit: str | None
    declared: bool
    by_dataset: bool
    identifier: bool
    century: int | None

    def _asks_unit(self) -> bool:
        """Return whether exports state such a quantity in several units."""
        numeric = self.field.type in {"number", "integer"}
        unit = find_unit(self.field.unit) if self.field.unit and numeric else None
        return unit is not None and unit.dimension.split("/")[0] in _MANY_UNITS

    def inferences(self, filled: bool) -> list[Inference]:
        """Return how numbers without a declared unit were understood."""
        if not self._asks_unit() or self.declared or not filled:
            return []
        why = "表头和工作区都没有写单位"
        if self.by_dataset:
            why += "，该数据集的导出文件惯用此单位"
        unit = _UNIT_WORDS.get(self.unit or "", self.unit or "")
        return [
            Inference(
                what=f"列 {self.field.name}：单位", value=f"按{unit}读取", why=why
            )
        ]


_UNIT_WORDS = {
    "1/d": "每日比例",
    "CNY": "元",
    "m2": "平方米",
    "ha": "公顷",
    "t": "吨",
    "1": "小数",
}
_MANY_UNITS = frozenset(
    {"money", "area", "mass", "volume", "energy", "ratio", "length", "density"}
)


def rules_of(
    dataset: Dataset, field: Field, *, unit: str | None, century: int | None
) -> Rules:
    """Return the rules of a column; `unit` is the declared one, None = not declared."""
    usable = unit if _takes_unit(field, unit) else None
    name = field.name
    links = name in dataset.key or name.endswith(("_no", "_id", "_code", "uscc"))
    return Rules(
        field=field,
        unit=usable or field.source_unit or field.unit,
        declared=usable is not None,
        by_dataset=field.source_unit is not None,
        identifier=field.type == "text" and (links or field.code is not None),
        century=century,
    )


def _takes_unit(field: Field, unit: str | None) -> bool:
    """Return whether a declared unit means anything to the field."""
    if unit is None or field.type not in {"number", "integer"}:
        return False
    found = find_unit(unit)
    return field.unit is not None or (
        found is not None and found.dimension == "multiple"
    )
