"""Plots and zones as data sets, and a model that lays the ones over the others."""

from pil_discovery.types import Dataset, Model


def datasets(*fields):
    """Return two layers with the same fields, by id."""
    return {
        name: Dataset.model_validate(
            {
                "id": name,
                "title": {"zh": name},
                "domain": "environment",
                "holder": "局",
                "kind": "vector",
                "fields": fields,
            }
        )
        for name in ("plot", "zone")
    }


def ground_model(known, overlay, **changes):
    """Return a model whose last step, `inside`, is an overlay of plots and zones."""
    asked = {"left": "plot", "right": "zone", "how": "intersection", **overlay}
    plain = {
        "id": "environment/ground",
        "code": "X-03",
        "version": "1.0.0",
        "status": "trial",
        "title": {"zh": "占用"},
        "domain": "environment",
        "why": "试验",
        "data": {name: [f.name for f in d.fields] for name, d in known.items()},
        "records": {"plot": {"no": "no"}},
        "agency": {"power": "p"},
        "explain": {"zh": "地块{no}。", "en": "Plot {no}."},
        **changes,
    }
    plain["steps"] = [
        *plain.get("steps", ()),
        {"table": "inside", "overlay": asked},
    ]
    return Model.model_validate(plain)
