import pytest

from pil_discovery.catalog.positional_error import error_of_scale, load_scale_errors
from pil_discovery.errors import CatalogError


@pytest.mark.parametrize(
    ("scale", "sigma"),
    [
        (500, 1.0),
        (2000, 1.0),
        (2001, 2.5),
        (10000, 5.0),
        (25000, 25.0),
    ],
)
def test_the_next_coarser_scale_counts(scale, sigma):
    found, source = error_of_scale(scale)
    assert found == sigma
    assert source.startswith(f"比例尺 1:{scale}，2023年全国林草")


@pytest.mark.parametrize("scale", [50001, 100000, None])
def test_what_the_table_does_not_know_is_not_zero(scale):
    assert error_of_scale(scale) is None


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("[{scale: 5000, sigma_m: 1}, {scale: 2000, sigma_m: 1}]", "从大到小"),
        ("[{scale: 5000, sigma_m: 0}]", "sigma_m"),
        ("[{scale: 0, sigma_m: 1}]", "scale"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, rows, what):
    text = f"source: 某规程\nscales: {rows}\n"
    (tmp_path / "positional_error.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=what):
        load_scale_errors(tmp_path)
