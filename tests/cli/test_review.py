"""`pil review` takes decisions back; `pil leads` leaves out what checks found wrong."""

import json

import pytest
import xlsxwriter
from click.testing import CliRunner

from pil_discovery.cli.root import pil
from pil_discovery.report.decisions import FIELDS
from pil_discovery.types import VERDICTS
from tests.report.builders import RUN, make_lead, write


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(pil, [str(w) for w in words])


def decisions(path, *lead_ids, **more):
    given = {"decision": "adopt", "on": "2026-10-08", **more}
    listed = [{**given, "lead_id": lead_id} for lead_id in lead_ids]
    path.write_text(json.dumps({"scan": "", "decisions": listed}), encoding="utf-8")
    return path


def test_without_a_file_it_points_at_the_page(run, tmp_path):
    out = write(tmp_path / "out")
    done = run("review", out)
    assert done.exit_code == 0
    assert done.stdout.strip() == str(out / "review.html")


def test_decisions_are_appended_to_the_workspace(run, tmp_path):
    lead = make_lead()
    out = write(tmp_path / "out", leads=[lead])
    file = decisions(tmp_path / "d.json", lead.lead_id)
    done = run("review", out, "--import", file, "--workspace", tmp_path)
    assert done.exit_code == 0
    assert "新记入 1 条核查结果" in done.stderr
    (line,) = (tmp_path / VERDICTS).read_text("utf-8").splitlines()
    told = json.loads(line)
    version = RUN["models"][0]["version"]
    assert (told["outcome"], told["model_version"]) == ("confirmed", version)


def test_what_cannot_be_used_is_said_and_nothing_is_written(run, tmp_path):
    out = write(tmp_path / "out", leads=[make_lead()])
    file = decisions(tmp_path / "d.json", make_lead().lead_id, "9" * 24)
    done = run("review", out, "--import", file, "--workspace", tmp_path)
    assert done.exit_code == 2
    assert "不是本次筛查的线索" in done.stderr
    assert not (tmp_path / VERDICTS).exists()
    lost = run("review", out, "--import", file)
    assert lost.exit_code == 2
    assert "用 --workspace 指明" in lost.stderr


def test_leads_are_listed_by_kind_and_unlisted_ones_on_request(run, tmp_path):
    one, hidden = make_lead(1), make_lead(2, lead_id="b" * 24, listed=False)
    group = make_lead(3, kind="class", members=(one.lead_id, hidden.lead_id))
    out = write(tmp_path / "out", leads=[one, group, hidden])
    shown = run("leads", out)
    assert hidden.lead_id[:12] not in shown.stdout
    assert "另有 1 条出自核查属实率过低的模型" in shown.stderr
    every = run("leads", out, "--all")
    assert hidden.lead_id[:12] in every.stdout
    classes = json.loads(run("leads", out, "--kind", "class", "--json").stdout)
    assert [lead["lead_id"] for lead in classes] == [group.lead_id]


def test_page_and_workbook_leave_the_same_verdict(run, tmp_path):
    lead = make_lead()
    out = write(tmp_path / "out", leads=[lead])
    told = {"reason": "data_error", "note": "重复", "by": "张三", "decision": "reject"}
    page = decisions(tmp_path / "d.json", lead.lead_id, **told)
    book = tmp_path / "d.xlsx"
    with xlsxwriter.Workbook(book) as written:
        sheet = written.add_worksheet("线索")
        sheet.write_row(0, 0, tuple(FIELDS))
        row = [lead.lead_id, "排除", "数据错误", "重复", "张三", "2026-10-08"]
        sheet.write_row(1, 0, row)
    first = run("review", out, "--import", page, "--workspace", tmp_path)
    assert "新记入 1 条" in first.stderr
    again = run("review", out, "--import", book, "--workspace", tmp_path)
    assert again.exit_code == 0
    assert "新记入 0 条" in again.stderr
