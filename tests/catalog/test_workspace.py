from __future__ import annotations

import datetime as dt

import pytest

from pil_discovery.catalog import load_datasets, read_workspace
from pil_discovery.catalog.workspace import path_fault
from pil_discovery.errors import WorkspaceError

PIL = """\
name: 示例
as_of: 2026-09-30
jurisdiction: "990302"
office: {name: 示例区人民检察院, short: 示检}
records:
  - dataset: land_payment
    file: 数据/缴库.csv
    columns: {实缴: amount_cny}
    units: {amount_cny: 万元}
images:
  - file: a.tif
    acquired: "2025-05-12T10:41:00+08:00"
    sensor: S2
    bands: {red: 3, nir: 4}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "数据").mkdir()
    (tmp_path / "数据" / "缴库.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "a.tif").write_bytes(b"")
    (tmp_path / "pil.yaml").write_text(PIL, encoding="utf-8")
    return tmp_path


def rewrite(folder, old, new):
    assert old in PIL
    (folder / "pil.yaml").write_text(PIL.replace(old, new), encoding="utf-8")


def problems(folder):
    with pytest.raises(WorkspaceError) as caught:
        read_workspace(folder)
    assert caught.value.exit_code == 2
    return [str(p) for p in caught.value.problems]


def test_a_sound_file_is_a_workspace(folder):
    workspace = read_workspace(folder, load_datasets())
    assert workspace.root == folder
    assert workspace.as_of == dt.date(2026, 9, 30)
    assert workspace.images[0].acquired.utcoffset() == dt.timedelta(hours=8)
    assert read_workspace(folder / "pil.yaml") == workspace


def test_a_folder_without_pil_yaml(tmp_path):
    with pytest.raises(WorkspaceError, match="没有这个文件；请先用 pil check 生成"):
        read_workspace(tmp_path)


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("/etc/passwd", "绝对路径"),
        ("C:\\\\a.csv", "绝对路径"),
        ("\\\\\\\\server\\\\a.csv", "绝对路径"),
        ("../a.csv", "指向工作区之外"),
        ("数据/../../a.csv", "指向工作区之外"),
        ("数据\\\\..\\\\..\\\\a.csv", "指向工作区之外"),
        ("数据/无.csv", "不存在"),
        ("", "是空的"),
        ("a\\0b", "指向工作区之外"),
    ],
)
def test_paths_stay_inside(folder, file, fault):
    rewrite(folder, "file: 数据/缴库.csv", f'file: "{file}"')
    (problem,) = problems(folder)
    assert problem.startswith("pil.yaml：records[0].file（第 7 行）")
    assert fault in problem


def test_links_are_refused_wherever_they_stand(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "a.csv").write_text("a\n", encoding="utf-8")
    (folder / "link").symlink_to(outside)
    (folder / "b.csv").symlink_to(outside / "a.csv")
    assert "经过链接" in path_fault(folder, "link/a.csv")
    assert "经过链接" in path_fault(folder, "b.csv")
    rewrite(folder, "images:", "models: [builtin, link]\nimages:")
    (problem,) = problems(folder)
    assert problem.startswith("pil.yaml：models[1]")


def test_all_mistakes_at_once_even_beside_a_wrong_type(folder):
    text = PIL.replace('"990302"', "990302").replace("short", "shrt")
    text = text.replace("land_payment", "land_paymnt").replace("red: 3", "rd: 0")
    text = text.replace("+08:00", "")
    (folder / "pil.yaml").write_text(text, encoding="utf-8")
    found = problems(folder)
    assert found[:2] == [
        "pil.yaml：jurisdiction（第 3 行）：应当是文字（编号、日期等请加引号）",
        "pil.yaml：office.shrt（第 4 行）：不认识的字段「shrt」；是不是「short」？",
    ]
    assert "没有数据集「land_paymnt」；是不是「land_payment」" in found[2]
    assert found[3:] == [
        "pil.yaml：images[0].acquired（第 12 行）：没有时区；北京时间请加 +08:00",
        "pil.yaml：images[0].bands.rd（第 14 行）：不认识的波段「rd」；是不是「red」？",
        "pil.yaml：images[0].bands.rd（第 14 行）：波段号从 1 开始",
    ]


def test_a_picture_may_leave_out_what_its_product_says(folder):
    (folder / "b.tif").write_bytes(b"")
    rewrite(
        folder,
        """    acquired: "2025-05-12T10:41:00+08:00"
    sensor: S2
    bands: {red: 3, nir: 4}
""",
        "    files: {nir: b.tif}\n    mask_kind: s2_scl\n    licence: 内部使用\n",
    )
    (image,) = read_workspace(folder).images
    assert (image.acquired, image.sensor, image.bands) == (None, None, {})
    assert (image.files, image.mask_kind) == ({"nir": "b.tif"}, "s2_scl")


def test_files_of_bands_are_inside_and_kinds_of_masks_known(folder):
    rewrite(
        folder,
        "    sensor: S2\n",
        "    sensor: S2\n    mask_kind: scl\n    files: {nir: ../b.tif, xx: a.tif}\n",
    )
    found = "\n".join(problems(folder))
    assert "images[0].files.nir" in found
    assert "指向工作区之外" in found
    assert "images[0].mask_kind" in found


def test_columns_and_units_are_known(folder):
    rewrite(
        folder,
        "columns: {实缴: amount_cny}\n    units: {amount_cny: 万元}",
        "columns: {实缴: amount}\n    encoding: gbx\n"
        "    units: {amount_cny: 亩, payment_kind: 元, x: 元}",
    )
    found = problems(folder)
    assert len(found) == 5
    assert "不认识的编码「gbx」" in found[0]
    assert "没有「amount」这一列；是不是「amount_cny」？" in found[1]
    assert "不是同一种量" in found[2]
    assert "「payment_kind」这一列没有单位" in found[3]
    assert "没有「x」这一列" in found[4]


def test_a_source_is_named_once(folder):
    row = "  - {dataset: land_payment, file: 数据/缴库.csv}\n"
    rewrite(folder, "images:\n", f"{row}images:\n")
    (problem,) = problems(folder)
    assert "records[1]（第 10 行）：「数据/缴库.csv」写了两次" in problem


def test_a_layer_does_not_end_before_it_begins(folder):
    row = (
        "layers:\n  - {dataset: pbf, file: a.tif, valid_from: 2022-01-01, "
        "valid_to: 2021-01-01}\n"
    )
    rewrite(folder, "images:\n", f"{row}images:\n")
    (problem,) = problems(folder)
    assert "layers[0].valid_to（第 11 行）：早于 valid_from" in problem


def test_the_root_cannot_be_given(folder):
    rewrite(folder, "name: 示例\n", "name: 示例\nroot: /\n")
    (problem,) = problems(folder)
    assert "不认识的字段「root」" in problem


def test_strict_yaml_holds_here_too(folder):
    rewrite(folder, "name: 示例\n", "name: 示例\nname: 再来\n")
    (problem,) = problems(folder)
    assert "键「name」重复" in problem


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2026-09-30", "0001-01-01", "基准日 0001-01-01 不在 1900 至 2100 年之内"),
        ("2026-09-30", "9999-12-31", "基准日 9999-12-31 不在"),
        ('"990302"', "示例区", "「示例区」不是行政区划代码"),
        ("name: 示例\n", "name: 示例\npersonal: {basis: ''}\n", "没有写明文号"),
        ("    units:", "    sigma_m: -5\n    units:", "误差不能是负数"),
        ("    units:", "    century: {x: 2000}\n    units:", "没有「x」这一日期列"),
        ("    units:", "    century: {paid_date: 20}\n    units:", "只能是 1900 或"),
        ("{实缴: amount_cny}", "{实缴: amount_cny, 金额: amount_cny}", "有 2 个表头"),
        (
            "images:",
            "layers: [{dataset: pbf, file: a.tif, scale: 0}]\nimages:",
            "大于零",
        ),
        ("name: 示例\n", "name: 示例\nmodels: [a.tif]\n", "「a.tif」不是文件夹"),
        ("数据/缴库.csv", "长" * 2000, "读不了"),
    ],
)
def test_what_has_the_right_type_may_still_be_wrong(folder, old, new, sentence):
    rewrite(folder, old, new)
    (problem,) = problems(folder)
    assert sentence in problem


def test_a_source_is_named_once_however_its_path_is_written(folder):
    row = "  - {dataset: land_payment, file: ./数据//缴库.csv}\n"
    rewrite(folder, "images:\n", f"{row}images:\n")
    (problem,) = problems(folder)
    assert "写了两次" in problem


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-10-01", "取得日期 2026-10-01 晚于基准日 2026-09-30"),
        ("去年", "obtained"),
        ("2026-02-30", "obtained"),
    ],
)
@pytest.mark.parametrize("part", ["records", "images"])
def test_the_date_obtained_is_a_date_not_after_the_as_of_date(
    folder, part, value, words
):
    after = {"records": "    file: 数据/缴库.csv\n", "images": "    sensor: S2\n"}[part]
    rewrite(folder, after, f'{after}    obtained: "{value}"\n')
    (problem,) = problems(folder)
    assert words in problem
    assert f"{part}[0].obtained" in problem


def test_publisher_and_date_obtained_are_kept(folder):
    more = '    issuer: 示例局\n    obtained: "2026-09-30"\n'
    rewrite(folder, "    sensor: S2\n", f"    sensor: S2\n{more}")
    image = read_workspace(folder).images[0]
    assert (image.issuer, image.obtained) == ("示例局", dt.date(2026, 9, 30))


@pytest.mark.parametrize(
    ("capacity", "word"),
    [
        ("{leads: 0}", "应当大于零"),
        ("{leads: 30, random_share: 0.05}", "在 0.1 至 0.5 之间"),
        ("{leads: 30, random_share: 0.6}", "在 0.1 至 0.5 之间"),
    ],
)
def test_a_capacity_that_cannot_be_meant(folder, capacity, word):
    rewrite(folder, "records:\n", f"capacity: {capacity}\nrecords:\n")
    (problem,) = problems(folder)
    assert word in problem


def test_a_capacity_is_read(folder):
    rewrite(folder, "records:\n", "capacity: {leads: 30}\nrecords:\n")
    capacity = read_workspace(folder, load_datasets()).capacity
    assert (capacity.leads, str(capacity.random_share)) == (30, "0.15")
