"""What was measured."""

from dataclasses import dataclass, field

from tests.tools.bench.footprints import Answer
from tests.tools.bench.measure import Figures
from tests.tools.bench.measures import Growth, Objects


@dataclass
class Results:
    """Figures by measure, one for each round; and what is found once, of the clean hour.

    ``raw_bytes`` and ``silver_bytes`` are those of the whole hour.
    """

    files: int
    events: int
    rounds: int
    raw_bytes: int
    figures: dict[str, list[Figures]] = field(default_factory=dict)
    growth: list[Growth] = field(default_factory=list)
    footprints: dict[str, dict[str, Answer]] = field(default_factory=dict)
    silver_bytes: int = 0
    objects: list[Objects] = field(default_factory=list)

    def values(self, name: str, of: str = "seconds") -> list[float]:
        """Return a measure's seconds, own seconds, cpu or memory, round by round."""
        return [getattr(figures, of) for figures in self.figures[name]]
