import pytest

from pil_discovery.leads import noise_notes
from pil_discovery.types import Counts, ModelRun


def run_of(hit, review, population):
    clear = population - hit - review
    counts = Counts(population=population, hit=hit, review=review, clear=clear)
    return ModelRun(id="a/b", code="A-1", version="1", state="computed", counts=counts)


@pytest.mark.parametrize(
    ("hit", "review", "population", "noisy"),
    [
        (4, 0, 20, False),
        (4, 1, 20, True),
        (19, 0, 19, False),
        (21, 0, 100, True),
        (0, 0, 0, False),
    ],
)
def test_more_than_a_fifth_of_twenty_is_noise(hit, review, population, noisy):
    assert ("a/b" in noise_notes([run_of(hit, review, population)])) == noisy


def test_the_note_names_model_and_share():
    assert "A-1" in noise_notes([run_of(30, 0, 100)])["a/b"]
    assert "30.0%" in noise_notes([run_of(30, 0, 100)])["a/b"]
