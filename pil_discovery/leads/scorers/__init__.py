"""Scores that learn from checked leads and that a prosecutor can recompute by hand.

`spec.ScorerSpec` names the columns, `training.fit_scorer` fits one of three rungs
(points, ridge, additive), `scorer.Scorer` predicts and explains from plain numbers,
`backtesting.backtest` tells what a list would have been worth.
"""
