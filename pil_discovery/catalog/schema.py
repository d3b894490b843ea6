"""The JSON Schema of a model file: editors complete names and mark mistakes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pil_discovery.catalog.models import columns_of
from pil_discovery.types import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Dataset

    Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def model_schema(catalog: Catalog) -> Schema:
    """Return the schema of a model file over the names of a catalogue.

    Data sets with their columns, rate tables, units, powers, remedies and fields of
    litigation are listed, so that an editor can offer them; ids of law are too many and
    are left to `pil models check`.
    """
    schema = Model.model_json_schema()
    nouns, fields = schema["$defs"], schema["properties"]
    fields["domain"]["enum"] = sorted(catalog.domains)
    nouns["AgencyRule"]["properties"]["power"]["enum"] = sorted(
        {power.id for power in catalog.powers}
    )
    fields["remedy"]["items"]["enum"] = sorted(catalog.remedies)
    units = sorted(catalog.units)
    nouns["Parameter"]["properties"]["unit"]["enum"] = units
    fields["measures"]["additionalProperties"]["enum"] = units
    nouns["Columns"] = _by_dataset(catalog.datasets, _column_list)
    nouns["Rows"] = _by_dataset(catalog.datasets, _row_list)
    for name in ("data", "clears"):
        fields[name] = {"title": fields[name]["title"], "$ref": "#/$defs/Columns"}
    fields["tables"]["items"]["enum"] = sorted(catalog.tables)
    nouns["Example"]["properties"]["tables"]["propertyNames"] = {
        "enum": sorted(catalog.tables)
    }
    nouns["Example"]["properties"]["given"] = {"$ref": "#/$defs/Rows"}
    return {"$schema": DIALECT, **schema}


def _by_dataset(
    datasets: Mapping[str, Dataset], part: Callable[[Dataset], Schema]
) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {"description": f"《{d.title.zh}》{d.holder}", **part(d)}
            for name, d in sorted(datasets.items())
        },
    }


def _column_list(dataset: Dataset) -> Schema:
    names = list(columns_of(dataset))
    items = {"type": "string", "enum": names} if names else {"type": "string"}
    return {"type": "array", "items": items}


def _row_list(dataset: Dataset) -> Schema:
    columns = {f.name: {"description": f.words} for f in dataset.fields}
    row = {"type": "object", "properties": columns, "additionalProperties": False}
    return {"type": "array", "items": row}
