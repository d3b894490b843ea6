"""A screening model: a population of candidates and what is said of them, in YAML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator
from pydantic import Field as _Field
from pydantic.json_schema import SkipJsonSchema

from pil_discovery.types.base import Noun, Origin, Words
from pil_discovery.types.examples import Example, Scalar
from pil_discovery.types.steps import Step

Evidence = Literal["register", "balance", "imagery"]
"""Class of a rule: registers collide, a quantity is derived, pictures alone."""


class Parameter(Noun):
    """A number or word that the model's author chose, with unit and reason.

    A workspace may replace the value; `basis` names fact ids where law sets it.
    """

    value: Scalar
    unit: str
    why: str
    basis: tuple[str, ...] = ()


class Population(Noun):
    """One row per candidate; `hit` is TRUE, FALSE or NULL (→ unknown).

    The SQL gives the key columns, `hit`, and may give `subject_name`,
    `subject_code`, `subject_id`, `fact_date`, `fact_last_date` (continuing state),
    `place`, `agency` (named by the record), `geometry` (BLOB), `overlap` (of an overlay
    step), `quality` (of a step on pictures), `unknown_reason` (Chinese, why `hit` is
    NULL), the measures, and any column that conditions or sentences use.
    """

    key: tuple[str, ...] = _Field(min_length=1)
    sql: str


class Exclusion(Noun):
    """A condition that explains a hit away, sends it to review, or weakens it."""

    when: str
    then: Literal["drop", "review", "downgrade"]
    zh: str
    en: str = ""


class HarmMeasure(Noun):
    """A measure and the anchors between which it counts from 0 to 1."""

    measure: str
    floor: float
    cap: float
    anchor: str = ""


class Signal(Noun):
    """A condition that adds weight to inaction, urgency or scale."""

    when: str
    weight: float = _Field(gt=0, le=1)
    zh: str
    en: str = ""


class Lane(Noun):
    """A condition under which a person always sees the lead, whatever its score."""

    when: str
    zh: str
    en: str = ""


class AgencyRule(Noun):
    """The power that names who must act."""

    power: str


class Model(Noun):
    """One screening model (监督模型).

    Attributes
    ----------
    data
        Data set → required columns; one missing makes the model not computable.
        For `image` the columns are band names.
    clears
        Optional data that may clear a hit: absent → said so, certainty falls. A data
        set may stand in both: its columns listed here are the optional ones.
    tables
        Rate tables; each is a relation with the rows that hold in the jurisdiction:
        `_id`, `category`, `valid_from`, `valid_to`, `value`, never two rows for one
        category and day. `records` names the row that a candidate rests on.
    evidence
        Class of the rule, which sets its prior: `register` (registers collide),
        `balance` (derived quantity), `imagery` (pictures only).
    shared
        Measures that several findings have in common (people served by one source of
        water): never added, whatever their unit.
    labels
        Measure → its Chinese name for readers.
    records
        Rows behind a finding: data set → {column of the data set: column of the
        population}, the value may be a list; the default joins on key columns of
        the same name. `_id` names the row itself.
    basis_when
        Fact id of `basis` → condition over the population, for rules that not every
        finding rests on (of one river basin, of one level of a zone): where it is
        false, or met a missing value, the finding does not rest on that rule.
    remedy_when
        Remedy → condition over the population; where it is false, or met a missing
        value, the finding does not call for that remedy.
    merge_by
        Findings of this model and one agency with equal values become one lead.
    origin
        The file it was read from; set by the catalogue, never written by an author.
    """

    id: str
    code: str
    version: str
    status: Literal["draft", "trial", "approved", "retired"]
    title: Words
    domain: str
    why: str
    personal: bool = False
    evidence: Evidence = "register"
    data: dict[str, tuple[str, ...]]
    clears: dict[str, tuple[str, ...]] = _Field(default_factory=dict)
    tables: tuple[str, ...] = ()
    parameters: dict[str, Parameter] = _Field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    population: Population
    exclusions: tuple[Exclusion, ...] = ()
    measures: dict[str, str] = _Field(default_factory=dict)
    shared: tuple[str, ...] = ()
    labels: dict[str, str] = _Field(default_factory=dict)
    records: dict[str, dict[str, str]] = _Field(default_factory=dict)
    merge_by: tuple[str, ...] = ()
    harm: tuple[HarmMeasure, ...] = ()
    inaction: tuple[Signal, ...] = ()
    urgency: tuple[Signal, ...] = ()
    scale: tuple[Signal, ...] = ()
    always_show: tuple[Lane, ...] = ()
    agency: AgencyRule
    basis: tuple[str, ...] = ()
    basis_when: dict[str, str] = _Field(default_factory=dict)
    basis_unverified: tuple[str, ...] = ()
    basis_gap: str = ""
    remedy: tuple[str, ...] = ()
    remedy_when: dict[str, str] = _Field(default_factory=dict)
    verify: tuple[str, ...] = ()
    explain: Words
    data_gap: str = ""
    sources: tuple[str, ...] = ()
    # a sequence, because the catalogue may read it when somebody first looks at it
    examples: Annotated[Sequence[Example], AfterValidator(tuple)] = ()
    origin: SkipJsonSchema[Origin | None] = None

    @property
    def is_local(self) -> bool:
        """Whether it comes from a local folder, not with the product."""
        return self.origin is not None and self.origin.local

    @property
    def place(self) -> str:
        """The file that holds it, for messages."""
        return self.origin.file if self.origin else f"models/screening/{self.id}.yaml"

    def added_units(self) -> dict[str, str]:
        """Return measure → unit, without unit where findings share the amount."""
        return {m: "" if m in self.shared else u for m, u in self.measures.items()}

    @model_validator(mode="after")
    def _conditions_are_of_something(self) -> Model:
        for part, zh, whole in (
            ("remedy", "措施", self.remedy),
            ("basis", "依据", self.basis),
        ):
            unknown = [n for n in getattr(self, f"{part}_when") if n not in whole]
            if unknown:
                msg = f"{part}_when 的{zh}不在 {part} 里：{'、'.join(unknown)}"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _rates_are_traced(self) -> Model:
        loose = [t for t in self.tables if not self.records.get(t)]
        if loose:
            msg = f"records 没有写明所用标准表的行（{{_id: …}}）：{'、'.join(loose)}"
            raise ValueError(msg)
        strange = sorted({t for e in self.examples for t in e.tables} - {*self.tables})
        if strange:
            msg = f"示例给出了模型没有用的标准表：{'、'.join(strange)}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _names_agree(self) -> Model:
        tables = [*{**self.data, **self.clears}, *self.tables]
        tables += [s.table for s in self.steps]
        twice = sorted({t for t in tables if tables.count(t) > 1})
        if twice:
            msg = f"表名重复：{'、'.join(twice)}；步骤的表不与数据集同名"
            raise ValueError(msg)
        loose = [h.measure for h in self.harm if h.measure not in self.measures]
        if loose:
            msg = f"harm 写的不是度量（measures）：{'、'.join(loose)}"
            raise ValueError(msg)
        return self
