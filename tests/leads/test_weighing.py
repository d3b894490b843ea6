import datetime as dt
import itertools
from decimal import Decimal

import pytest

from pil_discovery.leads import Doubt, choose_route, rank, score, weigh
from pil_discovery.types import Applied, Dataset, Fired, ModelRun, RecordRef
from tests.leads.builders import AS_OF, BINDING, make_finding, make_model

MODELS = {"land/unpaid": make_model()}


def weighed(*findings, models=MODELS, runs=(), **more):
    return weigh(
        findings,
        models=models,
        bases={"law-1": BINDING},
        runs=runs,
        as_of=AS_OF,
        **more,
    )


def refs(*datasets):
    return tuple(
        RecordRef(dataset=d, source=f"{d}.csv", sheet=None, row=2) for d in datasets
    )


def certainty_of(**changes):
    [lead] = weighed(make_finding(1, **changes))
    return lead.parts.certainty


def test_score_is_that_of_the_printed_parts():
    [lead] = weighed(make_finding(1, inaction=(Fired(weight=0.6, zh="逾期"),)))
    assert lead.score == score(lead.parts) == lead.routes["admin"]["score"]
    assert str(lead.parts.certainty) == "0.6667"
    assert str(lead.parts.harm) == "0.2703"
    assert str(lead.parts.inaction) == "0.6000"
    assert str(lead.parts.verifiability) == "1.0000"


def test_a_clearing_row_corroborates_nothing():
    models = {"land/unpaid": make_model(clears={"penalty": ("uscc",)})}
    [lead] = weighed(make_finding(records=refs("a", "b", "penalty")), models=models)
    [plain] = weighed(make_finding(records=refs("a", "b")), models=models)
    assert lead.parts.certainty == plain.parts.certainty


def test_what_findings_share_is_not_added_up():
    """Six outfalls in the zone of one reservoir still threaten one town."""
    models = {"land/unpaid": make_model(shared=("unpaid_cny",))}
    one, two = (make_finding(n) for n in (1, 2))
    group = [w for w in weighed(one, two, models=models) if w.kind == "class"]
    assert "unpaid_cny" not in group[0].measures
    same = (make_finding(n, merge=("HT-1",)) for n in (1, 2))
    [single] = weighed(*same, models=models)
    assert single.measures["unpaid_cny"] == Decimal("100000.00")


def test_a_lead_asks_only_for_what_its_findings_call_for():
    models = {"land/unpaid": make_model(remedy=("collect", "rescind"))}
    merge = ("HT-1",)
    paid = make_finding(1, merge=merge, not_asked=("rescind",))
    [alone] = weighed(paid, models=models)
    [both] = weighed(paid, make_finding(2, merge=merge), models=models)
    assert (alone.remedy, both.remedy) == (("collect",), ("collect", "rescind"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"records": refs("a", "b")}, "0.8011"),
        ({"records": refs("a", "b", "c")}, "0.8902"),
        ({"records": refs("a", "b", "c", "d", "e")}, "0.8902"),
        (
            {"state": "review", "exclusions": (Applied(then="review", zh="x"),)},
            "0.4239",
        ),
        ({"exclusions": (Applied(then="downgrade", zh="x"),)}, "0.4983"),
    ],
)
def test_certainty_moves_on_the_logit(changes, expected):
    assert str(certainty_of(**changes)) == expected


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        ((), "0.6667"),
        (("supplement.a", "supplement.b"), "0.5481"),
        (("x.a", "y.a"), "0.4239"),
        (("x.a", "y.a", "z.a"), "0.4239"),
    ],
)
def test_absent_clearing_data_lower_certainty_at_most_twice(absent, expected):
    run = ModelRun(
        id="land/unpaid",
        code="LAND-01",
        version="1.0.0",
        state="computed",
        missing_clears=absent,
    )
    [lead] = weighed(make_finding(1), runs=[run])
    assert str(lead.parts.certainty) == expected


@pytest.mark.parametrize(
    ("doubt", "expected"),
    [
        (Doubt(fuzzy=True), "0.4733"),
        (Doubt(picture_date=dt.date(2024, 9, 29)), "0.5481"),
        (Doubt(picture_date=dt.date(2024, 9, 30)), "0.6667"),
        (Doubt(flags=("季节：跨季节影像对",)), "0.4983"),
    ],
)
def test_doubts_lower_certainty(doubt, expected):
    [lead] = weighed(make_finding(1), doubts={"f001": doubt})
    assert str(lead.parts.certainty) == expected


def test_amounts_add_up_and_days_do_not():
    found = [
        make_finding(
            i, merge=("A",), measures={"unpaid_cny": Decimal(a), "days_late": d}
        )
        for i, a, d in [(1, "60000.50", 10), (2, "40000.25", 90)]
    ]
    [lead] = weighed(*found)
    assert lead.measures == {"unpaid_cny": Decimal("100000.75"), "days_late": 90}


def test_a_sum_with_a_missing_amount_says_that_it_is_a_lower_bound():
    found = [
        make_finding(1, merge=("A",)),
        make_finding(2, merge=("A",), measures={"unpaid_cny": None, "days_late": None}),
    ]
    [lead] = weighed(*found)
    assert lead.measures["unpaid_cny"] == Decimal("100000.00")
    assert any("下限" in m for m in lead.missing)


def test_a_missing_amount_is_no_harm_and_never_sorts_high():
    unknown = make_finding(1, measures={"unpaid_cny": None})
    first, last, _ = weighed(unknown, make_finding(2))
    assert (first.findings, last.findings) == (("f002",), ("f001",))
    assert last.parts.harm == 0
    assert any("量化损害" in m for m in last.missing)


def test_a_doubtful_row_beside_a_hit_neither_adds_nor_lowers():
    doubtful = make_finding(
        2,
        merge=("HT-1",),
        state="review",
        exclusions=(Applied(then="review", zh="可能顺延"),),
    )
    [alone] = weighed(make_finding(1))
    [both] = weighed(make_finding(1), doubtful)
    assert both.findings == ("f001", "f002")
    assert (both.score, both.measures) == (alone.score, alone.measures)
    assert any("另有1条须复核" in m for m in both.missing)


def test_equal_signals_count_once():
    signal = (Fired(weight=0.6, zh="逾期"),)
    found = [make_finding(i, merge=("A",), inaction=signal) for i in (1, 2)]
    [lead] = weighed(*found)
    assert str(lead.parts.inaction) == "0.6000"


def test_elements_that_are_not_on_file_lower_verifiability_and_are_named():
    [lead] = weighed(
        make_finding(1, place=None, fact_date=None, basis=("law-2",), records=())
    )
    assert str(lead.parts.verifiability) == "0.3333"
    words = "\n".join(lead.missing)
    for element in ("坐标", "日期", "法律依据", "证据"):
        assert element in words


def test_a_gap_in_the_law_is_no_basis():
    gap = BINDING.model_copy(update={"role": "gap"})
    [lead] = weigh(
        [make_finding(1)],
        models=MODELS,
        bases={"law-1": gap},
        runs=[],
        as_of=AS_OF,
    )
    assert str(lead.parts.verifiability) == "0.8333"


def test_only_fields_that_the_law_opens_have_a_civil_route():
    [land] = weighed(make_finding(1))
    assert list(land.routes) == ["admin"]
    models = {"land/unpaid": make_model(domain="relics")}
    [known] = weighed(make_finding(1), models=models, civil={"relics"})
    assert str(known.routes["civil"]["verifiability"]) == "0.8000"
    assert known.route == "admin"
    [unknown] = weighed(
        make_finding(1, subject_name=None, subject_code=None),
        models=models,
        civil={"relics"},
    )
    assert str(unknown.routes["civil"]["verifiability"]) == "0.6000"
    assert str(unknown.routes["admin"]["verifiability"]) == "1.0000"


def test_the_procedure_may_close_a_route():
    models = {"land/unpaid": make_model(domain="relics")}
    [lead] = weighed(make_finding(1), models=models, civil={"relics"})
    civil = choose_route(lead, {"civil"})
    assert civil.route == "civil"
    assert civil.score == lead.routes["civil"]["score"] == score(civil.parts)
    assert f"得分 {civil.score} " in civil.reasons[0]
    assert choose_route(lead, ()).route == "none"


def test_a_class_lead_scores_on_totals_and_names_its_median_member():
    found = [
        make_finding(i, measures={"unpaid_cny": Decimal(a), "days_late": 5})
        for i, a in [(1, "20000.00"), (2, "30000.00"), (3, "950000.00")]
    ]
    *members, whole = weighed(*found)
    assert [m.rank for m in members] == [1, 2, 3]
    assert whole.rank == 4
    assert whole.kind == "class"
    assert set(whole.members) == {m.lead_id for m in members}
    assert whole.measures == {"unpaid_cny": Decimal("1000000.00")}
    assert str(whole.parts.harm) == "0.5407"
    assert whole.score == score(whole.parts)
    assert members[1].lead_id in "\n".join(whole.reasons)
    assert whole.subject_name is None


def test_order_is_lane_score_scale_age_id():
    base = weighed(make_finding(1))[0]
    scaled = base.parts.model_copy(update={"scale": Decimal("0.5")})
    leads = [
        base.model_copy(update={"lead_id": "g", "fact_date": None}),
        base.model_copy(update={"lead_id": "e"}),
        base.model_copy(update={"lead_id": "d"}),
        base.model_copy(update={"lead_id": "f", "fact_date": dt.date(2026, 5, 1)}),
        base.model_copy(update={"lead_id": "c", "parts": scaled}),
        base.model_copy(update={"lead_id": "b", "score": Decimal(99)}),
        base.model_copy(update={"lead_id": "a", "lanes": ("x",), "score": Decimal(1)}),
        base.model_copy(update={"lead_id": "h", "kind": "class", "score": Decimal(99)}),
    ]
    for order in itertools.islice(itertools.permutations(leads), 0, 40_000, 997):
        ranked = rank(order)
        assert [lead.lead_id for lead in ranked] == list("abcdefgh")
        assert [lead.rank for lead in ranked] == list(range(1, 9))


def test_words_are_neutral_and_complete():
    [lead] = weighed(make_finding(1))
    assert lead.title_zh == "欠缴价款：示例置业有限公司（待核查）"
    assert "违法" not in "".join((*lead.reasons, *lead.missing))
    for word in ("得分", "确定性", "可查性", "损害", "不作为", "紧迫性", "影响规模"):
        assert any(r.startswith(word) for r in lead.reasons)


def test_different_subjects_are_not_made_one():
    found = [
        make_finding(1, merge=("A",)),
        make_finding(2, merge=("A",), subject_name="虚构公司", subject_code=None),
    ]
    [lead] = weighed(*found)
    assert lead.subject_name is None
    assert any("主体不一致" in m for m in lead.missing)


def test_different_subjects_without_a_name_are_told_by_their_codes():
    plain = {"merge": ("A",), "subject_name": None}
    codes = ("91990302000000001X", "91990302000000002Y")
    [lead] = weighed(
        *(make_finding(n, subject_code=c, **plain) for n, c in enumerate(codes))
    )
    assert f"主体不一致：{'、'.join(codes)}，请核对" in lead.missing


def test_inputs_in_another_order_give_the_same_leads():
    found = [make_finding(i, merge=(str(i % 4),)) for i in range(12)]
    assert weighed(*found) == weighed(*reversed(found))


def test_tables_of_one_office_are_one_witness():
    """A contract and its payment plan come from the same hand: no corroboration."""
    described = {
        name: Dataset.model_validate(
            {
                "id": name,
                "title": {"zh": f"表{name}"},
                "domain": "land_transfer",
                "holder": holder,
                "kind": "record",
                "fields": [{"name": "no", "type": "text"}],
            }
        )
        for name, holder in {
            "a": "自然资源局",
            "b": "自然资源局",
            "c": "税务局",
        }.items()
    }

    def certainty(*names):
        found = make_finding(1, records=refs(*names))
        return weighed(found, datasets=described)[0].parts.certainty

    assert certainty("a", "b") == certainty("a")
    assert certainty("a", "b", "c") == Decimal("0.8011")
