import pytest

from pil_discovery.errors import CatalogError
from pil_discovery.pipeline.checking import check_workspace

HEAD = (
    'name: 试\nas_of: 2026-09-30\njurisdiction: "990302"\n'
    "office: {name: 示例区人民检察院}\n"
)


def test_the_models_of_the_workspace_are_looked_at_and_no_others(tmp_path):
    file = tmp_path / "pil.yaml"
    file.write_text(f"{HEAD}models: []\n", encoding="utf-8")
    found = check_workspace(tmp_path)
    assert found.models == []
    assert [str(p) for p in found.problems] == [
        "pil.yaml：models：没有写任何模型；请写 models: [builtin]"
    ]
    file.write_text(HEAD, encoding="utf-8")
    assert {"LAND-01"} <= {m["code"] for m in check_workspace(tmp_path).models}


def test_a_broken_local_model_is_seen_by_the_check(tmp_path):
    (tmp_path / "本地").mkdir()
    (tmp_path / "本地" / "x.yaml").write_text("id: x\n", encoding="utf-8")
    (tmp_path / "pil.yaml").write_text(f"{HEAD}models: [本地]\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"本地/x\.yaml"):
        check_workspace(tmp_path)
