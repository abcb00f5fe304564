"""Several learners of one start as one: the mean of their weights (Wortsman et al. 2022, "model soups")."""

from collections.abc import Sequence

import torch

from isnad_entities.training.default.fitting import Learner


def average(learners: Sequence[Learner]) -> Learner:
    """Return the first learner with the mean of all weights; they must have begun with the same."""
    first = learners[0]
    for part in ("network", "transitions"):
        states = [getattr(learner, part).state_dict() for learner in learners]
        mean = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
        getattr(first, part).load_state_dict(mean)
    return first
