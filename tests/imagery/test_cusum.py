import numpy as np

from pil_discovery.imagery.cusum import turning_columns


def test_a_step_turns_at_its_first_observation():
    values = np.zeros((3, 20))
    values[0, 12:] = -0.3
    values[1, 5:] = 0.2
    values[2, 12:] = -0.3
    known = np.ones(values.shape, dtype=bool)
    known[2, 10:14] = False
    assert turning_columns(values, known).tolist() == [12, 5, 14]


def test_noise_moves_the_turn_little():
    values = np.random.default_rng(0).normal(0, 0.05, (500, 60))
    values[:, 40:] -= 0.2
    turn = turning_columns(values, np.ones(values.shape, dtype=bool))
    assert (np.abs(turn - 40) <= 1).mean() > 0.95


def test_nothing_to_turn():
    assert (
        turning_columns(np.zeros((2, 0)), np.zeros((2, 0), bool)).tolist() == [-1] * 2
    )
    one = np.array([[False, True, False]])
    assert turning_columns(np.zeros((1, 3)), one).tolist() == [-1]
