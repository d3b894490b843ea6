from pil_discovery.pipeline.folder import list_folder
from pil_discovery.pipeline.kinds import kind_of


def test_parts_of_a_layer_and_results_of_scans_are_not_listed(tmp_path):
    for name in (
        *("a.shp", "a.dbf", "a.prj", "a.shp.xml", "单独.dbf", "b.tif", "b.tif.aux.xml"),
        *("pil.yaml", "检查结果.xlsx", "c.csv", "~$c.xlsx", ".DS_Store"),
        *("结果/run.json", "结果/leads.xlsx", "__MACOSX/c.csv", "信.pdf"),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    listing = list_folder(tmp_path)
    assert [listing.name(p) for p in listing.data] == ["a.shp", "b.tif", "c.csv"]
    assert [listing.name(p) for p in listing.foreign] == ["信.pdf", "单独.dbf"]
    assert [kind_of(p) for p in listing.data] == ["layer", "picture", "table"]


def test_a_geodatabase_is_one_file_and_links_to_folders_are_not_followed(tmp_path):
    (tmp_path / "图.gdb").mkdir()
    (tmp_path / "图.gdb" / "a00000001.gdbtable").write_bytes(b"x")
    (tmp_path / "别处").symlink_to(tmp_path / "图.gdb")
    listing = list_folder(tmp_path)
    assert [listing.name(p) for p in listing.data] == ["图.gdb"]
    assert listing.foreign == ()
