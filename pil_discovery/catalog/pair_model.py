"""`models/scoring/company_names.json` → the model that compares names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.catalog.files import models_folder, once
from pil_discovery.errors import CatalogError, Problem
from pil_discovery.types.linking import PairModel

if TYPE_CHECKING:
    from pathlib import Path

FILE = "scoring/company_names.json"


def load_pair_model(root: Path | None = None) -> PairModel:
    """Load the model.

    Raises
    ------
    CatalogError
        When the file is missing or does not hold what its format asks for.
    """
    return _pair_model(root or models_folder())


@once
def _pair_model(root: Path) -> PairModel:
    try:
        text = (root / FILE).read_text(encoding="utf-8")
        model = PairModel.model_validate_json(text)
    except (OSError, ValueError) as error:
        what = "读不出名称比对模型" if isinstance(error, OSError) else "格式不对"
        raise CatalogError(Problem(FILE, "", what, "请恢复随软件附带的文件")) from error
    sizes = {len(weights) for weights in model.weights.values()}
    if sizes != {len(model.features)}:
        raise CatalogError(Problem(FILE, "weights", "权重与特征的个数不一致"))
    return model
