"""The cards in `models/scoring/` say what the numbers beside them are today."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCORING = ROOT / "models" / "scoring"


@pytest.fixture(scope="module")
def writer():
    path = ROOT / "benchmarks" / "model_cards.py"
    spec = importlib.util.spec_from_file_location("model_cards", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_cards_are_those_of_today(writer):
    for name, text in writer.cards(SCORING).items():
        assert (SCORING / name).read_text("utf-8") == text


def test_the_chicago_card_rests_on_todays_settings_and_says_what_it_is_not(writer):
    card = (SCORING / "chicago_food.md").read_text("utf-8")
    assert writer.settings() in card
    assert "只检验机器" in card
    assert "PU" in card
    assert "标签是核查、立案的记录，不是事实本身" in card


def test_every_shipped_model_has_a_card():
    models = sorted(p.stem for p in SCORING.glob("*.json"))
    assert models
    assert all((SCORING / f"{name}.md").is_file() for name in models)
