"""Calibration: what is believed becomes how often it is right, and how far both are apart is measured."""

import numpy as np
import pytest

from isnad_entities.tagging.calibration import LEAST, MOST, Curve, calibrated, expected_calibration_error, fit


def test_a_curve_gives_the_share_that_was_right_among_names_believed_in_alike():
    chances = np.repeat([0.2, 0.6, 0.9], 10)
    right = np.array([True] + [False] * 9 + [True] * 4 + [False] * 6 + [True] * 9 + [False])
    curve = fit(chances, right, points=3)
    assert curve.at(np.array([0.2, 0.6, 0.9])) == pytest.approx([0.1, 0.4, 0.9])
    assert curve.at(np.array([0.4])) == pytest.approx([0.25])  # half way between .1 and .4


def test_a_curve_never_falls_where_more_belief_was_right_less_often():
    chances = np.repeat([0.3, 0.7], 10)
    right = np.array([True] * 6 + [False] * 4 + [True] * 2 + [False] * 8)
    curve = fit(chances, right, points=2)
    assert curve.at(np.array([0.1, 0.3, 0.7, 1.0])) == pytest.approx([0.4] * 4)  # 8 of 20


def test_each_type_has_its_curve_and_without_one_belief_counts():
    curves = {"PER": Curve([0.0, 1.0], [0.5, 0.7])}
    assert calibrated(curves, ["PER", "LOC", "PER"], np.array([0.0, 0.3, 1.0])) == pytest.approx([0.5, 0.3, 0.7])


def test_no_score_says_never_or_surely():
    assert calibrated({}, ["LOC", "LOC"], np.array([0.0, 1.0])) == [LEAST, MOST]


def test_the_calibration_error_is_the_mean_distance_of_the_bins_weighed_by_their_names():
    scores = np.array([0.95, 0.95, 0.15, 0.15])
    right = np.array([True, False, False, False])
    # Two names say .95 and half of them are right, two say .15 and none is: (.45 + .15) / 2.
    assert expected_calibration_error(scores, right) == pytest.approx(0.3)


def test_calibration_brings_the_error_down_on_names_that_the_curve_was_not_fitted_to():
    random = np.random.default_rng(5)
    chances = random.uniform(0, 1, 4000)
    right = random.uniform(0, 1, 4000) < chances**3  # a model that believes too much
    curve = fit(chances[:2000], right[:2000])
    before = expected_calibration_error(chances[2000:], right[2000:])
    assert before > 0.2
    assert expected_calibration_error(curve.at(chances[2000:]), right[2000:]) < 0.05
