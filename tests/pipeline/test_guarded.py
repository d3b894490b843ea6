"""Work that hangs, dies or eats memory ends in a sentence that names the file."""

import os
import time

import pytest

from pil_discovery.errors import ModelError, Problem
from pil_discovery.pipeline.guarded import run_guarded

GIB = 2**30


def double(number):
    return 2 * number


def refuse(_):
    raise ModelError(
        [Problem("a.yaml", "steps", "不行", "改"), Problem("", "", "也不行")]
    )


def sleep(_):
    time.sleep(60)


def die(_):
    os._exit(9)


def eat(_):
    return len(bytearray(64 * GIB))


def run(work, job=None, **limits):
    return run_guarded(work, job, file="本地/a.yaml", **limits)


def test_the_answer_comes_back():
    assert run(double, 21) == 42


def test_every_problem_of_a_refusal_comes_back():
    with pytest.raises(ModelError) as caught:
        run(refuse)
    assert [p.what for p in caught.value.problems] == ["不行", "也不行"]
    assert caught.value.problems[0].remedy == "改"


@pytest.mark.parametrize(
    ("work", "limits", "words"),
    [
        (sleep, {"longest_s": 2}, "本地/a.yaml：运行超过 2 秒，已停止"),
        (die, {}, "本地/a.yaml：运行时进程中断"),
        (eat, {"most_bytes": 4 * GIB}, "本地/a.yaml：运行所需的内存超过限制"),
    ],
)
def test_what_does_not_end_well_is_said(work, limits, words):
    with pytest.raises(ModelError, match=words):
        run(work, **limits)
