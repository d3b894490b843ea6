from pil_discovery.report.account import (
    MOST_EXAMPLES,
    alarms,
    clearings,
    gap_words,
    set_aside,
)


def entry(reason, source="合同.xlsx", **changes):
    row = {"source": source, "sheet": None, "row": 1, "column": None, "value": None}
    why = {"scope": "row", "reason_class": reason, "reason": "", "remedy": ""}
    return {**row, **why, **changes}


def test_every_entry_is_counted_once_the_most_frequent_reason_first():
    entries = [
        entry("date", scope="cell"),
        entry("duplicate"),
        entry("duplicate", "税.csv"),
        entry("duplicate", "税.csv", row=2),
    ]
    found = set_aside(entries)
    assert [a.reason_class for a in found] == ["duplicate", "date"]
    assert sum(a.rows + a.cells for a in found) == len(entries)
    assert [(a.rows, a.cells) for a in found] == [(3, 0), (0, 1)]
    assert found[0].files == ("合同.xlsx", "税.csv")


def test_examples_come_from_as_many_files_as_there_are():
    many = [entry("date", "甲.csv", row=n) for n in range(9)]
    [found] = set_aside([*many, entry("date", "乙.csv"), entry("date", "丙.csv")])
    assert len(found.examples) == MOST_EXAMPLES
    assert {e["source"] for e in found.examples} == {"甲.csv", "乙.csv", "丙.csv"}
    [alone] = set_aside(many)
    assert [e["row"] for e in alone.examples] == [0, 1, 2]


def test_nothing_set_aside_is_nothing():
    assert set_aside([]) == []


def run(code, *clears, state="computed", share="0.1000", told=()):
    quality = {"share": share, "alarms": list(told)}
    return {
        "code": code,
        "state": state,
        "missing_clears": clears,
        "quality": quality,
    }


def test_data_that_could_clear_hits_name_their_models_once():
    models = [
        run("A-1", "tax.paid", "tax.due"),
        run("B-1", "permit", "tax.paid"),
        run("C-1", "permit", state="not_computable"),
    ]
    found = [(c.dataset, c.models) for c in clearings(models)]
    assert found == [("tax", ("A-1", "B-1")), ("permit", ("B-1",))]


def test_the_loudest_model_comes_first():
    models = [run("A-1", told=["甲"]), run("B-1", share="0.5000", told=["乙"])]
    models.append(run("C-1", share=None, told=["丙"]))
    assert alarms([*models, run("D-1")]) == ["乙", "甲", "丙"]


def test_pictures_are_no_table():
    need = {
        "dataset": "image",
        "title_zh": "可用的影像",
        "holder": None,
        "placed": False,
        "columns": [],
    }
    words = gap_words({"needs": [need], "models": ["ENV-05"]})
    assert words == "再提供〈可用的影像〉，可多算 1 个模型（ENV-05）"
