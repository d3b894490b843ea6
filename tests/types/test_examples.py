import pytest
from pydantic import ValidationError

from pil_discovery.types.examples import ExampleImage


@pytest.mark.parametrize("size", [(1_000_000, 10), (10, 1_000_000), (0, 10)])
def test_the_picture_of_an_example_is_small(size):
    given = {"acquired": "2026-01-01T00:00:00+08:00", "origin": (0, 0), "pixel_m": 10}
    with pytest.raises(ValidationError, match="size"):
        ExampleImage.model_validate({**given, "size": size, "base": {"red": 0.1}})
    assert ExampleImage.model_validate({**given, "size": (2000, 1), "base": {}})
