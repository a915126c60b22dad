"""The verdict of a day, and the objects that it is read from."""

import json
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby
from operator import attrgetter
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_jobs.commerce.quality_results import read_results, write_results
from glue_jobs.commerce.verdict import (
    Result,
    UnreadableResultError,
    Verdict,
    from_lines,
    to_line,
    verdict,
)
from glue_jobs.lake.store import Store
from local_aws.server import LocalAws
from tests.commerce.answers import Answers

DAY = "2026-03-02"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def result(
    name: str,
    source: str | None = None,
    severity: str = "fail",
    *,
    passed: bool | None = False,
    run: int = 1,
) -> Result:
    """Return a result of the ``run``-th run, an hour each."""
    at = NOON + timedelta(hours=run)
    return Result(name, source, severity, 0.5, 0.01, passed, "é", f"run-{run}", at)


def accepted(
    name: str, source: str | None = None, run: int = 1, observed: float | None = 0.5
) -> Result:
    """Return an acceptance, half an hour after a run."""
    at = NOON + timedelta(hours=run, minutes=30)
    return Result(name, source, "accepted", observed, None, None, "known", f"by-hand-{run}", at)


A, B = result("a", "sales"), result("b")
PASSES = result("a", "sales", passed=True)
WARNING = result("c", severity="warn")
WORSE = result("a", "sales", run=2)._replace(observed=0.9)
CASES = {
    "no run": ([], Verdict("unchecked")),
    "only an acceptance": ([accepted("a")], Verdict("unchecked")),
    "all pass": ([PASSES], Verdict("pass")),
    "a warning": ([PASSES, WARNING], Verdict("warn", warned=("c",))),
    "a failure": ([A, WARNING], Verdict("fail", failed=("a (sales)",), warned=("c",))),
    "accepted": ([A, accepted("a", "sales")], Verdict("warn", accepted=("a (sales)",))),
    "without a source": ([A, accepted("a")], Verdict("fail", failed=("a (sales)",))),
    "another value": (
        [A, accepted("a", "sales", observed=0.4)],
        Verdict("fail", failed=("a (sales)",)),
    ),
    "no value": (
        [A, accepted("a", "sales", observed=None)],
        Verdict("fail", failed=("a (sales)",)),
    ),
    "worse since": (
        [A, accepted("a", "sales"), WORSE],
        Verdict("fail", failed=("a (sales)",)),
    ),
    "accepted again": (
        [
            accepted("a", "sales"),
            WORSE,
            accepted("a", "sales", run=2, observed=0.9),
        ],
        Verdict("warn", accepted=("a (sales)",)),
    ),
    "for another source": ([A, accepted("a", "reviews")], Verdict("fail", failed=("a (sales)",))),
    "for one source": ([B, accepted("b", "sales")], Verdict("fail", failed=("b",))),
    "another check fails too": (
        [A, B, accepted("a", "sales")],
        Verdict("fail", failed=("b",), accepted=("a (sales)",)),
    ),
    "another check fails later": (
        [A, accepted("a", "sales"), result("a", "sales", run=2), result("b", run=2)],
        Verdict("fail", failed=("b",), accepted=("a (sales)",)),
    ),
    "the newest run decides": ([A, result("a", "sales", passed=True, run=2)], Verdict("pass")),
    "a failure comes back": (
        [PASSES, result("b", run=2)],
        Verdict("fail", failed=("b",)),
    ),
    "accepted before this run": (
        [accepted("b", run=1), result("b", run=2)],
        Verdict("warn", accepted=("b",)),
    ),
    "accepted without a value": (
        [B._replace(observed=None), accepted("b", observed=None)],
        Verdict("warn", accepted=("b",)),
    ),
    "nothing said is no pass": ([result("b", passed=None)], Verdict("fail", failed=("b",))),
}


@pytest.mark.parametrize(("results", "expected"), CASES.values(), ids=CASES)
def test_verdict(results: list[Result], expected: Verdict) -> None:
    """The newest run decides, but for the failures that somebody took as they are."""
    assert verdict(results) == expected


RESULTS = st.builds(
    result,
    st.sampled_from("abc"),
    st.sampled_from([None, "sales"]),
    st.sampled_from(["fail", "warn"]),
    passed=st.booleans(),
    run=st.integers(1, 3),
) | st.builds(
    accepted,
    st.sampled_from("abc"),
    st.sampled_from([None, "sales"]),
    st.integers(1, 3),
    st.sampled_from([0.5, 0.9]),
)


@settings(max_examples=50)
@given(st.lists(RESULTS, max_size=8).flatmap(lambda r: st.tuples(st.just(r), st.permutations(r))))
def test_the_order_of_rows_is_no_matter(both: tuple[list[Result], list[Result]]) -> None:
    """Objects are listed by key, rows come as they lie."""
    results, permuted = both

    assert verdict(permuted) == verdict(results)


@pytest.fixture(scope="module")
def answers(aws: LocalAws) -> Answers:
    """The views, over tables to fill."""
    return Answers(aws)


def test_the_view_says_the_same(aws: LocalAws, answers: Answers) -> None:
    """Each case is a day; a day without a run has no row."""
    first = datetime.now(UTC).date() - timedelta(days=len(CASES))
    cases = {str(first + timedelta(days=n)): case for n, case in enumerate(CASES.values())}
    store = Store(aws.client("s3"), f"s3://{answers.student}/")
    for dt, (results, _) in cases.items():
        for _, run in groupby(sorted(results, key=attrgetter("run")), attrgetter("run")):
            write_results(store, dt, [*run])

    expected = [
        {"dt": dt, "verdict": verdict.verdict}
        | {name: ", ".join(getattr(verdict, name)) or None for name in verdict._fields[1:]}
        for dt, (_, verdict) in cases.items()
        if verdict.verdict != "unchecked"
    ]
    assert answers.query("quality_verdict") == expected[::-1]


@pytest.fixture
def store(aws: LocalAws) -> Store:
    """An empty bucket."""
    s3, bucket = aws.client("s3"), f"results-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    return Store(s3, f"s3://{bucket}/")


def test_what_is_written_is_read(store: Store) -> None:
    """A run is one object of its day; another day's are not read."""
    runs = [[A, WARNING], [accepted("a")], [result("a", run=2)._replace(observed=None)]]

    uris = [write_results(store, DAY, run) for run in runs]
    write_results(store, "2026-03-01", [B])

    folder = "bronze/quality_results/dt=2026-03-02"
    assert uris[0] == store.uri(f"{folder}/20260303T130000000Z-run-1.jsonl")
    assert {*read_results(store, DAY)} == {*chain.from_iterable(runs)}
    assert read_results(store, "2026-03-03") == []


GOOD = json.loads(to_line(A))


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"5",
        b"",
        b"\xff",
        json.dumps(GOOD | {"severity": "fatal"}).encode(),
        json.dumps(GOOD | {"passed": "yes"}).encode(),
        json.dumps(GOOD | {"run_id": None}).encode(),
        json.dumps(GOOD | {"checked_at": "yesterday"}).encode(),
        json.dumps(GOOD | {"checked_at": None}).encode(),
        json.dumps(GOOD | {"more": 1}).encode(),
        json.dumps({name: GOOD[name] for name in GOOD if name != "passed"}).encode(),
    ],
)
def test_an_unreadable_result_is_told(line: bytes) -> None:
    """Whoever cannot read a result must not say that the day is good."""
    body = b"\n".join([to_line(A).encode(), line, to_line(B).encode(), b""])
    with pytest.raises(UnreadableResultError, match=r"s3://b/k, line 2 should be a row of quality"):
        from_lines(body, "s3://b/k")
