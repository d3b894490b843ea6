"""The schema for editors offers what the catalogue knows, and is kept fresh."""

import json

from pil_discovery.catalog import load_catalog, model_schema, models_folder

FILE = models_folder() / "model.schema.json"


def test_the_schema_in_the_repository_is_fresh():
    """`pil models schema > models/model.schema.json` writes it anew."""
    assert json.loads(FILE.read_text("utf-8")) == model_schema(load_catalog())


LATE_FEE = """\
id: late_fee
title: {zh: 滞纳金比例}
unit: CNY
columns: {value: 每日比例}
"""


def test_names_are_offered_with_their_chinese_words(root):
    (root / "vocabulary").mkdir()
    (root / "vocabulary" / "late_fee.yaml").write_text(LATE_FEE, encoding="utf-8")
    schema = model_schema(load_catalog(root=root))
    nouns, fields = schema["$defs"], schema["properties"]
    columns = nouns["Columns"]["properties"]["contract"]
    assert columns["items"]["enum"] == ["contract_no", "amount_cny"]
    assert columns["description"] == "《合同》示例局"
    rows = nouns["Rows"]["properties"]["contract"]["items"]
    assert rows["properties"]["amount_cny"]["description"] == "金额（amount_cny）"
    assert nouns["AgencyRule"]["properties"]["power"]["enum"] == ["land.collect"]
    assert fields["remedy"]["items"]["enum"] == ["collect"]
    assert fields["tables"]["items"]["enum"] == ["late_fee"]
    given = nouns["Example"]["properties"]["tables"]
    assert given["propertyNames"] == {"enum": ["late_fee"]}
    assert fields["domain"]["enum"] == ["land_transfer"]
    assert fields["measures"]["additionalProperties"]["enum"] == ["CNY", "day"]


def test_every_reference_leads_somewhere():
    schema = model_schema(load_catalog())
    text = json.dumps(schema)
    named = {part.split('"', 1)[0] for part in text.split("#/$defs/")[1:]}
    assert named <= set(schema["$defs"])


def test_what_a_file_may_not_hold_is_marked():
    schema = model_schema(load_catalog())
    assert schema["additionalProperties"] is False
    assert {"id", "code", "population", "agency"} <= set(schema["required"])
