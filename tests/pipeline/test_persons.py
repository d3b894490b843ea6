"""Identity numbers that stand in registers stand in nothing that is written from them.

A thousand valid numbers are planted: in their own columns, in remarks, in the wrong
columns, with slips, in full width, with spaces, in the form of fifteen digits. Then
every byte that check, scan, show, explain, review and bundle leave is searched.
"""

import contextlib
import io
import json
import random
import re
import shutil
import zipfile
import zlib

import geopandas as gpd
import pytest
import xlsxwriter
from click.testing import CliRunner
from shapely.geometry import box

from pil_discovery.cli.root import pil
from pil_discovery.errors import PilError, WorkspaceError
from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.pipeline.files import read_records
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.persons import FILE, salt_of
from pil_discovery.pipeline.reading import open_workspace
from pil_discovery.text.check_digits import resident_check_digit

HEAD = (
    'name: 试\nas_of: "2026-09-30"\njurisdiction: "990302"\n'
    "office: {name: 示例区人民检察院, short: 示检}\n"
    "personal: {basis: 示检〔2026〕1号}\n"
    "records:\n"
    "- {dataset: benefit_payment, file: 养老金.csv}\n"
    "- {dataset: death, file: 死亡.xlsx}\n"
    "- {dataset: death, file: 死亡补充.csv}\n"
    "- {dataset: penalty, file: 处罚.csv}\n"
    "- {dataset: complaint, file: 热线工单.csv}\n"
    "- {dataset: public_housing, file: 公租房.txt}\n"
    "- {dataset: rent_ledger, file: 公租房租金.csv}\n"
    "- {dataset: registration, file: 市场主体登记.csv}\n"
    "layers:\n"
    "- {dataset: heritage_approval, file: 图层.gpkg}\n"
)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
NARROW = {v: chr(k) for k, v in WIDE.items()}


def planted(count=1000):
    draw = random.Random(7)
    numbers = set()
    while len(numbers) < count:
        year, month = draw.randint(1930, 1999), draw.randint(1, 12)
        body = (
            f"{draw.choice(['990302', '330302', '110101', '652301'])}{year}{month:02}"
        )
        body += f"{draw.randint(1, 28):02}{draw.randint(0, 995):03}"
        numbers.add(body + resident_check_digit(body))
    return sorted(numbers)


IDS = planted()


def old(number):
    return number[:6] + number[8:17]


def slip(number):
    """One digit of the sequence wrong, so that the check digit fails."""
    return f"{number[:15]}{(int(number[15]) + 1) % 10}{number[16:]}"


def spaced(number):
    return f"{number[:6]} {number[6:14]} {number[14:]}"


FORMS = (
    str,
    str.lower,
    old,
    slip,
    spaced,
    lambda n: n.translate(WIDE),
    lambda n: f"'{n}",
    lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}",
    lambda n: f"{n[:9]}\u200b{n[9:]}",
)


def csv(rows, encoding="utf-8"):
    return "\n".join(",".join(row) for row in rows).encode(encoding)


def fill(folder):
    """Registers in which every number stands somewhere, in one form or another."""
    forms = [FORMS[i % len(FORMS)](n) for i, n in enumerate(IDS)]
    payments = [("待遇类别", "身份证号", "发放月份", "发放金额", "银行账号")]
    payments += [
        ("养老金", n, f"2026-0{m}-01", "2000", "6222020200012345678")
        for n in forms[:300]
        for m in (1, 5, 8)
    ]
    (folder / "养老金.csv").write_bytes(csv(payments, "gb18030"))
    with xlsxwriter.Workbook(folder / "死亡.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["身份证号", "死亡日期", "来源"])
        for row, n in enumerate(IDS[:300], start=1):
            sheet.write_row(row, 0, [n, "2025-01-10", "火化"])
        sheet.write(301, 0, f"备注：{IDS[0]} 已复核")
    penalties = [
        (
            "处罚决定文号",
            "行政相对人名称",
            "统一社会信用代码",
            "身份证号",
            "违法事实",
            "土地用途",
            "土地性质",
            "土地面积",
            "处罚内容",
            "罚款金额",
            "处罚日期",
            "处罚机关",
            "执行完毕日期",
        )
    ]
    for i, n in enumerate(forms[300:700]):
        fact = f"当事人张某（身份证{n}）未经批准占用耕地建房"
        where = [
            (f"示罚〔2024〕{i}号", "张某", "", n, fact),
            (n, f"李某{n}", n, "", f"证号:{n}电话13800001111"),
            (f"示罚〔2024〕{i}号", "王某", n, "", fact),
            (f"示罚〔2024〕{i}号", n, "", IDS[300 + i], "占用耕地"),
        ][i % 4]
        penalties.append((*where, "住宅", "耕地", "120", "拆除", n, "2024-03-01"))
        penalties[-1] = (
            *penalties[-1],
            "示例区自然资源和规划局",
            n if i % 7 == 0 else "",
        )
    (folder / "处罚.csv").write_bytes(csv(penalties))
    tickets = [
        ("工单号", "受理时间", "诉求内容", "地址", "承办单位", "办结日期", "结果")
    ]
    tickets += [
        (
            f"GD{i}",
            "2026-05-01 10:00:00",
            f"我是{n}，{n}举报油烟扰民",
            f"城关路{n}号",
            "示例区生态环境局",
            n,
            f"已答复{n}",
        )
        for i, n in enumerate(forms[700:850])
    ]
    (folder / "热线工单.csv").write_bytes(csv(tickets, "gb18030"))
    housing = [("房号", "承租人身份证", "租期起", "租期止", "月租金", "面积")]
    housing += [
        (f"A-{i}", n, "2020-01-01", "2030-01-01", n if i % 9 == 0 else "300", "50")
        for i, n in enumerate(forms[:200])
    ]
    (folder / "公租房.txt").write_bytes(
        "\n".join("\t".join(r) for r in housing).encode("utf-16")
    )
    rents = [("房号", "年月", "应缴金额", "实缴金额")]
    rents += [
        (f"A-{i}", f"2026-0{m}-01", "300", "0") for i in range(200) for m in range(1, 9)
    ]
    (folder / "公租房租金.csv").write_bytes(csv(rents))
    firms = [("统一社会信用代码", "企业名称", "经营者", "经营者身份证号", "经营范围")]
    firms = [(*firms[0], "经营状态", "成立日期", "经营地址", "联系电话")]
    firms += [
        (
            n,
            f"示例区{n}小吃店",
            "赵某",
            n,
            f"餐饮；{n}",
            "存续",
            "2020-01-01",
            n,
            "13900002222",
        )
        for n in forms[850:950]
    ]
    (folder / "市场主体登记.csv").write_bytes(csv(firms))
    broken = "身份证号,死亡日期,来源\n" + "\n".join(
        f"{n},{n},{n},多出一格{n}" for n in forms[950:975]
    )
    (folder / "死亡补充.csv").write_text(broken, encoding="utf-8")
    places = gpd.GeoDataFrame(
        {"备注": forms[975:], "项目名称": [f"承包人{n}" for n in forms[975:]]},
        geometry=[
            box(120 + i / 100, 28, 120 + i / 100 + 0.005, 28.01) for i in range(25)
        ],
        crs=4490,
    )
    places.to_file(folder / "图层.gpkg", layer="宗地")
    (folder / "pil.yaml").write_text(HEAD, encoding="utf-8")
    return folder


RUNS = re.compile(r"[0-9X]{15,}")
GAPS = re.compile("[ \u3000\u200b'-]")
SOUGHT = {v for n in IDS for v in (n, old(n), slip(n))}


def numbers_in(data):
    """Every planted number in bytes: as text of any encoding, packed or compressed."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                n for name in archive.namelist() for n in numbers_in(archive.read(name))
            }
    texts = [data.decode(e, "ignore") for e in ("utf-8", "gb18030", "utf-16-le")]
    texts.append(data[1:].decode("utf-16-le", "ignore"))
    found = {n for text in texts for n in numbers_in_text(text)}
    for start in re.finditer(rb"stream\r?\n", data):
        with contextlib.suppress(zlib.error):
            packed = zlib.decompressobj().decompress(data[start.end() :])
            found |= numbers_in_text(packed.decode("latin-1"))
    return found


def numbers_in_text(text):
    plain = GAPS.sub("", text.upper().translate(str.maketrans(NARROW)))
    return {
        run[at : at + size]
        for run in RUNS.findall(plain)
        for size in (15, 18)
        for at in range(len(run) - size + 1)
        if run[at : at + size] in SOUGHT
    }


def test_the_search_finds_what_is_there(tmp_path):
    fill(tmp_path)
    found = set()
    for path in sorted(tmp_path.iterdir()):
        found |= numbers_in(path.read_bytes())
    assert {n for n in IDS if not {n, old(n), slip(n)} & found} == set()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("人员") / "工作区"
    folder.mkdir()
    return fill(folder)


def run(*words):
    return CliRunner().invoke(pil, [str(word) for word in words])


@pytest.fixture(scope="module")
def said(place):
    """What the commands say, and where the scan and the bundle are."""
    out, folder = place.parent / "结果", place.parent / "包"
    runs = {
        "check": run("check", place, "--json"),
        "scan": run("scan", place, "-o", out),
    }
    runs["show"] = run("show", out, "1")
    runs["leads"] = run("leads", out)
    runs["review"] = run("review", out)
    runs["bundle"] = run("bundle", out, "1", "--kind", "suggestion", "-o", folder)
    row = ("STATE-01", "P000001", "--workspace", place)
    runs["explain"] = run("models", "explain", *row)
    return out, folder, runs


def test_no_command_says_a_number(said):
    _, _, runs = said
    told = {name: numbers_in(r.output.encode()) for name, r in runs.items()}
    assert {name: found for name, found in told.items() if found} == {}
    codes = {name: r.exit_code for name, r in runs.items()}
    assert codes == {**dict.fromkeys(codes, 0), "check": 1}


def test_no_file_of_a_scan_holds_a_number(said):
    out, _, _ = said
    found = {p.name: numbers_in(p.read_bytes()) for p in out.rglob("*") if p.is_file()}
    assert len(found) >= 9
    assert {name: numbers for name, numbers in found.items() if numbers} == {}


def test_what_a_check_writes_holds_no_number(said, place):
    written = [place / name for name in ("检查结果.xlsx", "pil.yaml", FILE)]
    assert [numbers_in(path.read_bytes()) for path in written] == [set(), set(), set()]


def test_a_bundle_holds_numbers_in_its_copies_of_sources_alone(said):
    _, folder, _ = said
    files = [p for p in folder.rglob("*") if p.is_file()]
    held = {
        p.relative_to(folder).as_posix() for p in files if numbers_in(p.read_bytes())
    }
    assert held
    assert {name for name in held if "/data/02_原始材料/" not in name} == set()


def test_registers_join_by_numbers_however_they_are_written(said):
    out, _, _ = said
    findings = [
        json.loads(line)
        for line in (out / "findings.jsonl").read_text("utf-8").splitlines()
    ]
    dead = [f for f in findings if f["code"] == "STATE-01" and f["state"] == "hit"]
    right = [n for i, n in enumerate(IDS[:300]) if FORMS[i % len(FORMS)] is not slip]
    shown = sorted(f"{n[:3]}{'*' * 13}{n[-2:]}" for n in right)
    assert sorted(f["subject_name"] for f in dead) == shown


@pytest.mark.usefixtures("said")  # the check wrote the salt
def test_a_copy_of_a_workspace_gives_the_same_pseudonyms(place, tmp_path):
    first, salt = open_workspace(place), (place / FILE).read_text()
    assert salt_of(first).hex() == salt.strip()
    copy = shutil.copytree(place, tmp_path / "抄")
    (copy / FILE).unlink()
    assert salt_of(open_workspace(copy)) == salt_of(first)
    (copy / "公租房租金.csv").write_bytes(b"")
    assert salt_of(open_workspace(copy)) != salt_of(first)
    (copy / FILE).write_text(salt)
    assert salt_of(open_workspace(copy)) == salt_of(first)


def test_a_folder_without_a_workspace_is_checked_as_silently(tmp_path):
    folder = fill(tmp_path)
    (folder / "pil.yaml").unlink()
    found = check_workspace(folder)
    assert numbers_in_text(str(found.as_dict())) == set()
    for path in found.written:
        assert numbers_in(path.read_bytes()) == set()


def test_a_salt_that_is_none_is_refused(place, tmp_path):
    copy = shutil.copytree(place, tmp_path / "坏")
    (copy / FILE).write_text("盐")
    with pytest.raises(WorkspaceError, match=r"pil\.salt"):
        scan(copy, models=["STATE-01"])


def test_the_check_keeps_the_salt_to_its_owner(place, said):
    assert (place / FILE).stat().st_mode & 0o077 == 0
    before = (place / FILE).read_bytes()
    check_workspace(place)
    assert (place / FILE).read_bytes() == before


def test_errors_hold_no_number(tmp_path):
    (tmp_path / "坏.csv").write_text(f"死亡日期,{IDS[1]}\n2024-01-01,{IDS[2]}\n")
    head = HEAD[: HEAD.index("records:")]
    named = f"{head}records:\n- {{dataset: death, file: 坏.csv}}\n"
    (tmp_path / "pil.yaml").write_text(named, encoding="utf-8")
    with pytest.raises(PilError) as caught:
        scan(tmp_path)
    assert numbers_in_text(str(caught.value)) == set()
    assert numbers_in_text(str(caught.value.problems)) == set()


def test_a_single_file_keeps_its_rows_and_masks_what_is_said_of_them(tmp_path):
    path = tmp_path / "死亡.csv"
    wrong = slip(IDS[5])
    path.write_text(
        f"身份证号,死亡日期,来源\n{IDS[4]},{IDS[6]},火化\n{wrong},2024-01-01,火化\n"
    )
    table = read_records(path, "death")
    assert table.frame["person_id"].tolist() == [IDS[4], wrong]
    told = table.quarantine.to_csv() + table.report.model_dump_json()
    assert numbers_in_text(told) == set()
    assert f"{IDS[6][:3]}{'*' * 13}" in told
    path.write_text(f"甲,{IDS[7]}\n1,2\n")
    with pytest.raises(PilError) as caught:
        read_records(path, "death")
    assert numbers_in_text(str(caught.value)) == set()
