"""A duration in seconds as an option takes it (click)."""

import math

import click

WEEK_SECONDS = 7 * 24 * 60 * 60.0


class SecondsType(click.FloatRange):
    """More than nothing and at most a week, as the settings of the services; `nan` lies in every range of click's."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True, max=WEEK_SECONDS)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value} is no duration; write seconds, as 120", param, ctx)
        return seconds
