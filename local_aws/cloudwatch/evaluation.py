"""What an alarm's data points say: its state, and why.

The rules are those of the CloudWatch User Guide: "Configuring how CloudWatch alarms treat missing
data", "Avoiding premature transitions to alarm state" and "Alarm evaluation"; the tables of the
first are the cases of the tests. The reasons are worded as CloudWatch words them.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from moto.cloudwatch.models import Alarm

OK, IN_ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
# The evaluation range has more periods than are evaluated, for the case that some are missing. How
# many more is documented by example only: 5 for 3. Alarms of one period are seen to look at 3.
MORE_PERIODS = 2

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
}
TREATED_AS = {"breaching": "Breaching", "notBreaching": "NonBreaching"}
TREATMENTS = ("missing", "ignore", *TREATED_AS)


class Point(NamedTuple):
    """A period with data: how many periods ago it was, 0 the last; when it began, its value."""

    age: int
    begins: datetime
    value: float
    samples: float


class Verdict(NamedTuple):
    """The state that the points call for, None for the one there is; and why."""

    state: str | None
    reason: str


@dataclass(frozen=True)
class Rule:
    """What an alarm asks of its points: ``needed`` of ``periods`` beyond the threshold.

    ``m_of_n`` tells that DatapointsToAlarm was given, which shows in the reasons.
    """

    comparison: str
    threshold: float
    periods: int
    needed: int
    missing: str
    m_of_n: bool

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        """Return the rule of an alarm."""
        return cls(
            alarm.comparison_operator,
            float(alarm.threshold),
            alarm.evaluation_periods,
            alarm.datapoints_to_alarm or alarm.evaluation_periods,
            alarm.treat_missing_data or "missing",
            alarm.datapoints_to_alarm is not None,
        )

    def judge(self, real: Sequence[Point]) -> Verdict:
        """Return what the points of the evaluation range say, the newest first."""
        state = self._state(real)
        return Verdict(state, self._reason(state, real[: self.periods]) if state else "")

    def _breaches(self, point: Point) -> bool:
        compare, _ = COMPARISONS[self.comparison]
        return compare(point.value, self.threshold)

    def _state(self, real: Sequence[Point]) -> str | None:
        counted = real[: self.periods]
        filled = self.periods - len(counted)
        breaching = sum(map(self._breaches, counted))
        if filled and self.missing == "breaching":
            breaching += filled
        elif filled and self.missing != "notBreaching" and breaching < self.needed:
            return self._of_too_few(real, good=breaching < len(real))
        return IN_ALARM if breaching >= self.needed else OK

    def _of_too_few(self, real: Sequence[Point], *, good: bool) -> str | None:
        """Return what follows where missing points stay missing and no alarm is certain.

        One that does not breach is enough for OK. Only breaching ones alarm when they are old
        enough, for what came later could have been said to breach; else one waits for more.
        """
        if good:
            return OK
        if self.missing == "ignore":
            return None
        if not real:
            return INSUFFICIENT_DATA
        return IN_ALARM if real[-1].age + 1 >= self.needed else None

    def _reason(self, state: str, counted: Sequence[Point]) -> str:
        filled = self.periods - len(counted)
        if state == INSUFFICIENT_DATA:
            return f"Insufficient Data: {_points(filled)} {_were(filled)} unknown."
        told = [point for point in counted if self._breaches(point) == (state == IN_ALARM)]
        sentence = self._crossing(state, told) if told else self._none_told(counted)
        if filled and self.missing in TREATED_AS:
            treated = TREATED_AS[self.missing]
            sentence += f" and {_points(filled, 'missing ')} {_were(filled)} treated as [{treated}]"
        return f"Threshold Crossed: {sentence}{self._least(state)}."

    def _crossing(self, state: str, told: Sequence[Point]) -> str:
        _, words = COMPARISONS[self.comparison]
        some = f"{len(told)} out of the last {self.periods} datapoints"
        which = some if self.m_of_n else _points(len(told))
        values = ", ".join(f"{point.value} ({point.begins:%d/%m/%y %H:%M:%S})" for point in told)
        verb = _were(len(told)) + (" not" if state == OK else "")
        return f"{which} [{values}] {verb} {words} the threshold ({self.threshold})"

    def _none_told(self, counted: Sequence[Point]) -> str:
        periods = "1 period" if self.periods == 1 else f"{self.periods} periods"
        received = _points(len(counted)) if counted else "no datapoints"
        return f"{received} {'was' if len(counted) == 1 else 'were'} received for {periods}"

    def _least(self, state: str) -> str:
        """Tell how many points would do, where that was chosen."""
        if not self.m_of_n:
            return ""
        least, change = (
            (self.needed, "OK -> ALARM")
            if state == IN_ALARM
            else (self.periods - self.needed + 1, "ALARM -> OK")
        )
        return f" (minimum {_points(least)} for {change} transition)"


def _points(count: int, kind: str = "") -> str:
    return f"{count} {kind}datapoint{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
