import json

import pytest

from pil_discovery.catalog.pair_model import FILE, load_pair_model
from pil_discovery.errors import CatalogError
from pil_discovery.subjects.core_features import PARTINGS
from pil_discovery.subjects.pairs import FEATURES


def test_the_model_weighs_the_features_of_the_code():
    model = load_pair_model()
    assert model.features == FEATURES
    assert set(model.weights) == set(PARTINGS)
    assert 0 < model.review_from < model.same_from < 1
    assert {"用途", "训练", "局限"} <= set(model.card)


@pytest.mark.parametrize("spoil", ["missing", "syntax", "weights"])
def test_a_spoilt_file_is_named(tmp_path, spoil):
    (tmp_path / "scoring").mkdir()
    content = load_pair_model().model_dump()
    content["weights"]["equal"] = [1.0]
    texts = {"syntax": "{", "weights": json.dumps(content)}
    if spoil in texts:
        (tmp_path / FILE).write_text(texts[spoil], encoding="utf-8")
    with pytest.raises(CatalogError, match=r"company_names\.json"):
        load_pair_model(tmp_path)
