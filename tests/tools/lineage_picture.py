"""The picture of docs/lineage.md: tables and views by how far they are from what was delivered."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from itertools import groupby

WIDTH, HEIGHT, STEP, COLUMN, EDGE = 208, 24, 34, 290, 24  # of a box; between boxes; of the margin
STYLE = """
    svg { --paper: #fbfaf7; --ink: #1d2733; --flow: #93a1ae;
          --bronze: #f8e7db; --silver: #eef1f4; --gold: #fdf3d3; --view: #e5efe8;
          --bronze-edge: #b9733f; --silver-edge: #93a1ae; --gold-edge: #cf9f1d;
          --view-edge: #2f7d4f; }
    @media (prefers-color-scheme: dark) {
      svg { --paper: #12181f; --ink: #eef2f6; --flow: #5b6775;
            --bronze: #3b2a1e; --silver: #2a343f; --gold: #3a3117; --view: #1e3226;
            --bronze-edge: #cf8a57; --silver-edge: #93a1ae; --gold-edge: #d9ad35;
            --view-edge: #63bd88; }
    }
    text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: var(--ink); }
    path { fill: none; stroke: var(--flow); stroke-width: 1.1; }
    rect { stroke-width: 1.25; }
"""
KINDS = ("bronze", "silver", "gold", "view")

Places = dict[str, tuple[int, int]]  # the upper left corner of a box


def picture(reads: Mapping[str, set[str]], kinds: Mapping[str, str]) -> str:
    """Draw what each table or view is made of; ``kinds``: its layer, or view."""
    places = _places(reads)
    width = max(x for x, _ in places.values()) + WIDTH + EDGE
    height = max(y for _, y in places.values()) + HEIGHT + EDGE
    arrows = [
        _arrow(places[source], places[name])
        for name in sorted(reads)
        for source in sorted(reads[name])
    ]
    boxes = [_box(name, kinds[name], *places[name]) for name in sorted(places)]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        '<title id="title">Which tables and views are made of which, from left to right</title>',
        f"<style>{STYLE + _fills()}</style>",
        f'<rect width="{width}" height="{height}" style="fill: var(--paper)"/>',
        *arrows,
        *boxes,
        "</svg>\n",
    ])


def _places(reads: Mapping[str, set[str]]) -> Places:
    """Put each box right of all that it reads, at the height of these where there is room."""
    ranks: dict[str, int] = {}
    for name in TopologicalSorter({of: sorted(reads[of]) for of in sorted(reads)}).static_order():
        ranks[name] = 1 + max((ranks[source] for source in reads.get(name, ())), default=-1)
    places: Places = {}
    columns = groupby(sorted(ranks, key=lambda name: (ranks[name], name)), key=ranks.__getitem__)
    for rank, names in columns:
        heights = {name: _mean(places[of][1] for of in reads.get(name, ())) for name in names}
        y = EDGE
        for name in sorted(heights, key=lambda name: (heights[name], name)):
            y = max(y, round(heights[name]))
            places[name] = (EDGE + rank * COLUMN, y)
            y += STEP
    return places


def _mean(numbers: Iterable[int]) -> float:
    found = [*numbers]
    return sum(found) / len(found) if found else 0.0


def _arrow(source: tuple[int, int], target: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = source, target
    x, y, to_y = x + WIDTH, y + HEIGHT // 2, to_y + HEIGHT // 2
    bend = (to_x - x) // 2
    return f'<path d="M{x},{y} C{x + bend},{y} {to_x - bend},{to_y} {to_x},{to_y}"/>'


def _box(name: str, kind: str, x: int, y: int) -> str:
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{x + 8}" y="{y + 16}">{name}</text>'
    )


def _fills() -> str:
    return "".join(
        f"    .{kind} {{ fill: var(--{kind}); stroke: var(--{kind}-edge); }}\n" for kind in KINDS
    )
