"""The generator: a believable shop, the same for the same seed, and a truth that holds."""

import gzip
import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import generate_sample_data as generator
from generate_sample_data import (
    GROUPS,
    MALFORMED,
    MISSENT,
    SECOND,
    SLOT,
    UNREADABLE,
    Event,
    Plan,
    Shop,
)
from tests import oracle

ROOT = Path(generator.__file__).parent
DOCS = ROOT / "docs" / "sample-data.md"
SAMPLE = ROOT / "sample-data"
START = 1772474400 * SECOND // SLOT  # 2026-03-02T18:00:00Z
HOURS = 12  # slots
BROKEN = MALFORMED | MISSENT

Record = dict[str, str | int | float | None]


def _events(number: int, slot: int = START, seed: str = "1") -> list[Event]:
    return generator.events_of_slot(Shop(seed, number), slot, number)


def _generate(folder: Path, *arguments: object) -> dict[str, dict]:
    """Run the command in this process; return the truth."""
    truth = folder / "truth.json"
    argv = ["--output", folder / "files", "--truth", truth, *arguments]
    assert generator.main(list(map(str, argv))) == 0
    return json.loads(truth.read_text())


def _texts(folder: Path) -> dict[str, bytes]:
    return {path.name: gzip.decompress(path.read_bytes()) for path in folder.glob("*.gz")}


def _records(folder: Path) -> list[Record]:
    texts = _texts(folder)
    return [json.loads(line) for name in sorted(texts) for line in texts[name].splitlines()]


def _assert_true(truth: dict[str, dict], folder: Path) -> None:
    """The truth says of every file and of the answers what the oracle finds in the bytes."""
    files, events = oracle.judge(folder.glob("*.gz"))
    expected = {name: file for name, file in truth["files"].items() if file["state"] != "missing"}
    found = {name: _as_report(file) for name, file in files.items()}

    assert found == {
        name: {key: value for key, value in file.items() if key != "fault"}
        for name, file in expected.items()
    }
    assert oracle.answers(events) == oracle.read_answers(truth)


def _as_report(file: oracle.File) -> dict[str, object]:
    if not file.is_readable:
        return {"state": "unreadable"}
    return {
        "state": "loaded",
        "lines": file.lines,
        "valid": file.accepted + file.duplicates,
        "accepted": file.accepted,
        "duplicates": file.duplicates,
        "rejected": file.rejected.total(),
        "reasons": dict(file.reasons()),
        "unknown_fields": file.unknown_fields,
    }


# the shop


@pytest.mark.parametrize("number", [1, 2, 63, 64, 65, 1000])
def test_number_is_exact(number: int) -> None:
    """A slot has as many events as asked for, all inside its five minutes, in order of time."""
    events = _events(number)

    assert len(events) == number
    assert events == sorted(events)
    assert {event.time // SLOT for event in events} == {START}


def test_parsing_are_valid() -> None:
    """A line has all nine fields, null where they do not apply, and breaks no rule."""
    lines = [generator.line(event) for event in _events(2000)]
    slot = generator.utc(START * SLOT)

    verdicts = [oracle.judge_line(line, slot) for line in lines]

    assert {tuple(json.loads(line)) for line in lines} == {oracle.FIELDS}
    assert [verdict for verdict, unknown in verdicts if isinstance(verdict, str) or unknown] == []
    assert {json.loads(line)["user_id"][:2] for line in lines} == {"u_"}
    assert re.fullmatch(
        rb'\{"timestamp": "2026-03-02T18:0\d:\d\d\.\d{6}Z", "user_id": "u_\d{8}", '
        rb'"session_id": "s_[0-9a-f]{12}", "event_type": "\w+", "product_id": .+',
        lines[0],
    )


def _sessions(records: list[Record]) -> Iterator[list[Record]]:
    sessions: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        sessions[record["session_id"]].append(record)
    yield from sessions.values()


def test_sessions_are_causal(tmp_path: Path) -> None:
    """A session has one user; cart follows view, and removal and purchase follow their cart."""
    _generate(tmp_path, "--num-files", 6, "--events-per-file", 2000)

    for session in _sessions(_records(tmp_path / "files")):
        viewed, cart = set(), Counter()
        times = [record["timestamp"] for record in session]
        assert len({record["user_id"] for record in session}) == 1
        assert times == sorted(set(times))
        for record in session:
            item = record["product_id"], record["quantity"], record["price"]
            if record["event_type"] == "page_view":
                viewed.add(record["product_id"])
            elif record["event_type"] == "add_to_cart":
                assert record["product_id"] in viewed
                cart[item] += 1
            elif record["event_type"] != "search":
                assert cart[item] > 0
                cart[item] -= 1


def test_sessions_span_files() -> None:
    """Some visits go on in the next file, though each file is generated on its own."""
    first, second = _events(5000), _events(5000, START + 1)
    numbers = Counter(e.session for e in first) & Counter(e.session for e in second)

    assert 30 <= len(numbers) <= 5000 // 64


def test_first_file_has_no_past() -> None:
    """The shop opens with the first file: no visit of it began before."""
    opening = generator.events_of_slot(Shop("1", 5000), START, 5000, opening=True)

    assert {event.session >> 23 for event in opening} == {START}
    assert {event.session >> 23 for event in _events(5000)} == {START - 1, START}


def test_products_differ() -> None:
    """Price and category belong to the product; popularity is skewed, and conversion differs."""
    events = _events(100_000)
    records = [json.loads(generator.line(event)) for event in events]
    prices: defaultdict[str, set[float]] = defaultdict(set)
    steps: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        steps[record["product_id"]][record["event_type"]] += 1
        if record["price"]:
            prices[record["product_id"], record["category"]].add(record["price"])
    del steps[None]
    views = sorted((count["page_view"] for count in steps.values()), reverse=True)
    rates = sorted(
        c["add_to_cart"] / c["page_view"] for c in steps.values() if c["page_view"] > 500
    )

    assert len(steps) == generator.PRODUCTS
    assert len(prices) == len({product for product, _ in prices})
    assert {len(seen) for seen in prices.values()} == {1}
    assert sum(views[:10]) > 0.25 * sum(views)
    assert views[0] > 20 * views[-1] > 0
    assert rates[0] < 0.1
    assert rates[-1] > 0.3


def test_night_is_quiet() -> None:
    """By night fewer people share a file's events, and fewer of them buy."""
    evening, night = _events(20_000), _events(20_000, START + 8 * HOURS)  # 18:00 and 02:00

    users = [len({event.user for event in events}) for events in (evening, night)]
    bought = [sum(e.event_type == "purchase" for e in events) for events in (evening, night)]

    assert users[1] < 0.99 * users[0]
    assert bought[1] < 0.6 * bought[0]


def test_users_never_saturate() -> None:
    """A day has many more users than a file, and most come more than once in no hour."""
    day = [event for slot in range(288) for event in _events(1000, START + slot)]
    users, sessions = {event.user for event in day}, {event.session for event in day}

    assert 0.2 * len(sessions) < len(users) < 0.6 * len(sessions)
    assert max(users) < 20_000
    assert len(users) < 0.9 * 20_000


# same seed, same events


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """One seed is one set of files, byte for byte; another seed is another set."""
    faults = [word for group in GROUPS for word in ("--fault", f"{group}=0.1")]
    size = ["--num-files", 3, "--events-per-file", 200]

    made = []
    for number, seed in enumerate((7, 7, 8)):
        truth = _generate(tmp_path / str(number), "--seed", seed, *size, *faults)
        files = {p.name: p.read_bytes() for p in (tmp_path / str(number) / "files").iterdir()}
        made.append((truth, files))

    assert made[0] == made[1]
    assert made[0] != made[2]


def test_bytes_are_known() -> None:
    """Whatever machine or Python: these are the events of this seed, and this is their gzip."""
    lines = b"".join(generator.line(event) + b"\n" for event in _events(5000))
    packed = generator.compress(lines.splitlines())

    assert hashlib.sha256(lines).hexdigest() == (
        "d416a00979b63af634db9518194c608c6923656c416f9bf864dbd4fff13b85f8"
    )
    assert gzip.decompress(packed) == lines
    assert packed[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def test_processes_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes write what one writes."""
    size = ["--num-files", 3, "--events-per-file", 100, "--fault", "files=0.5"]
    alone = _generate(tmp_path / "alone", *size)
    monkeypatch.setattr(generator, "WORTH_PROCESSES", 0)

    together = _generate(tmp_path / "together", *size)

    assert together == alone
    assert _bytes(tmp_path / "together/files") == _bytes(tmp_path / "alone/files")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_sample_data_is_current(tmp_path: Path) -> None:
    """The committed sample is what its documented command writes."""
    command = re.search(
        r"^python generate_sample_data.py (.*--truth.*)$", DOCS.read_text(), re.MULTILINE
    )
    arguments = shlex.split(command[1].replace("sample-data/truth.json", str(tmp_path / "truth")))

    assert generator.main([*arguments, "--output", str(tmp_path / "files")]) == 0
    assert _texts(tmp_path / "files") == _texts(SAMPLE)
    assert (tmp_path / "truth").read_text() == (SAMPLE / "truth.json").read_text()


def test_sample_data_holds_true() -> None:
    """The committed sample: an hour, 60,000 distinct events, a few duplicates and rejects."""
    truth = json.loads((SAMPLE / "truth.json").read_text())

    _assert_true(truth, SAMPLE)
    assert [file["accepted"] for file in truth["files"].values()] == [5000] * 12
    assert 0 < truth["totals"]["duplicates"] < 120
    assert 0 < truth["totals"]["rejected"] < 120
    assert len(truth["answers"]["2"]) == 2
    assert len(truth["answers"]["5"]) == 1
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 2_000_000


# faults and truth


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**53),
    number=st.integers(1, 150),
    rates=st.dictionaries(st.sampled_from(sorted(GROUPS)), st.floats(0, 1)),
)
def test_truth_holds(
    tmp_path_factory: pytest.TempPathFactory, seed: int, number: int, rates: dict[str, float]
) -> None:
    """Whatever the seed and however much goes wrong, the oracle finds what the truth says."""
    folder = tmp_path_factory.mktemp("truth")
    # Five million bytes a line: test_long_lines has them.
    short = [kind for kind in GROUPS["files"] if not kind.startswith("long")]
    rates |= {kind: rates["files"] / len(short) for kind in short if "files" in rates}
    rates.pop("files", None)
    plan = Plan(seed, START, 4, number, rates)

    files, tally = generator.generate(plan, folder)

    _assert_true(json.loads(generator.truth(plan, files, tally)), folder)


@pytest.mark.parametrize("kind", BROKEN)
def test_malformed_lines(tmp_path: Path, kind: str) -> None:
    """Each kind of malformed line is rejected for the one reason it stands for."""
    truth = _generate(
        tmp_path, "--num-files", 1, "--events-per-file", 200, "--fault", f"{kind}=0.2"
    )

    (file,) = truth["files"].values()
    assert file["reasons"].keys() == {BROKEN[kind][2]}
    assert 10 <= file["rejected"] <= 70
    _assert_true(truth, tmp_path / "files")


@pytest.mark.parametrize("kind", [*GROUPS["duplicates"], *GROUPS["late"], *GROUPS["harmless"]])
def test_other_faults_of_lines(tmp_path: Path, kind: str) -> None:
    """Each other kind happens alone, costs no event and rejects none."""
    size = ["--num-files", 2, "--events-per-file", 400]
    clean = _generate(tmp_path / "clean", *size)
    truth = _generate(tmp_path, *size, "--fault", f"{kind}=0.3")

    totals = truth["totals"]
    assert (totals["accepted"], totals["rejected"]) == (800, 0)
    assert (totals["duplicates"] > 0) == (kind in GROUPS["duplicates"])
    assert (truth["answers"] != clean["answers"]) == (kind in GROUPS["late"])
    assert _texts(tmp_path / "files") != _texts(tmp_path / "clean/files")
    _assert_true(truth, tmp_path / "files")


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [("late_minutes", 60, 3600), ("late_hours", 3600, 86_400), ("late_days", 86_400, 7 * 86_400)],
)
def test_late_visits(kind: str, least: int, most: int) -> None:
    """A late visit is late as a whole, across files too, by as much as its name says."""
    on_time, late = Plan(1, START, 2, 5000), Plan(1, START, 2, 5000, {kind: 0.2})
    lateness: defaultdict[int, set[int]] = defaultdict(set)
    for slot in (START, START + 1):
        pairs = zip(
            generator.delivered_events(on_time, slot),
            generator.delivered_events(late, slot),
            strict=True,
        )
        for then, now in pairs:
            lateness[then.session].add(then.time - now.time)

    (amounts,) = zip(*lateness.values(), strict=True)
    moved = [amount for amount in amounts if amount]
    assert 0.15 < len(moved) / len(amounts) < 0.25
    assert least * SECOND <= min(moved)
    assert max(moved) < most * SECOND


@pytest.mark.parametrize("kind", ["missing_slot", *UNREADABLE])
def test_files_nobody_can_read(tmp_path: Path, kind: str) -> None:
    """The truth expects nothing of a file that cannot be read or is not there."""
    truth = _generate(tmp_path, "--num-files", 2, "--events-per-file", 50, "--fault", f"{kind}=1")

    state = "missing" if kind == "missing_slot" else "unreadable"
    assert [file["state"] for file in truth["files"].values()] == [state] * 2
    assert truth["totals"]["lines"] == 0
    assert set(map(len, truth["answers"].values())) == {0}
    _assert_true(truth, tmp_path / "files")


def test_file_twice(tmp_path: Path) -> None:
    """The second delivery has another name, the same bytes, and nothing but duplicates."""
    truth = _generate(
        tmp_path, "--num-files", 1, "--events-per-file", 50, "--fault", "file_twice=1"
    )

    first, second = truth["files"].values()
    names = list(truth["files"])
    assert names == ["events-20260302T180000Z.jsonl.gz", "events-20260302T180001Z.jsonl.gz"]
    assert (first["accepted"], first["duplicates"]) == (50, 0)
    assert (second["accepted"], second["duplicates"]) == (0, 50)
    assert len(set(_texts(tmp_path / "files").values())) == 1
    _assert_true(truth, tmp_path / "files")


def test_copies_of_an_unreadable_file(tmp_path: Path) -> None:
    """An event whose own file cannot be read counts where its copy is delivered."""
    faults = ["--fault", "truncated_gzip=0.5", "--fault", "duplicate_across_files=0.5"]
    truth = _generate(tmp_path, "--num-files", 8, "--events-per-file", 50, *faults)

    accepted = [file.get("accepted", 0) for file in truth["files"].values()]
    assert 0 in accepted
    assert max(accepted) > 50
    _assert_true(truth, tmp_path / "files")


@pytest.mark.parametrize("kind", ["long_line", "long_query"])
def test_long_lines(tmp_path: Path, kind: str) -> None:
    """A line of five million bytes is too long, be it bad or good."""
    truth = _generate(tmp_path, "--num-files", 1, "--events-per-file", 50, "--fault", f"{kind}=1")

    (text,) = _texts(tmp_path / "files").values()
    assert sum(len(line) > 5_000_000 for line in text.splitlines()) == 1
    assert truth["totals"]["reasons"] == {"too_long": 1}
    _assert_true(truth, tmp_path / "files")


# the command line


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--num-files 0", "argument --num-files: '0' is not a number from 1 to 10000"),
        ("--num-files 1e3", "argument --num-files: '1e3' is not a number from 1 to 10000"),
        (
            "--events-per-file -1",
            "argument --events-per-file: '-1' is not a number from 1 to 5000000",
        ),
        ("--events-per-file 99999999999999999999", "'99999999999999999999' is not a number from"),
        ("--seed x", "argument --seed: 'x' is not a number from 0 to 9007199254740992"),
        ("--num-files 300 --events-per-file 5000000", "is more than 1,000,000,000 events"),
        ("--start 2026-03-02T18:01:00Z", "is not the beginning of five minutes such as"),
        ("--start 2026-03-02T18:00:00", "is not the beginning of five minutes such as"),
        ("--start 2010-12-31T00:00:00Z", "is not the beginning of five minutes such as"),
        ("--start 1066-10-14T09:00:00Z", "is not the beginning of five minutes such as"),
        ("--fault late=1.01", "the rate in 'late=1.01' is not a number from 0 to 1"),
        ("--fault late=-1", "the rate in 'late=-1' is not a number from 0 to 1"),
        ("--fault late=nan", "the rate in 'late=nan' is not a number from 0 to 1"),
        ("--fault late", "the rate in 'late' is not a number from 0 to 1"),
        ("--fault lost=0.1", "'lost' is no fault; docs/sample-data.md lists all"),
        ("--fault late=0.6 --fault late_days=0.6", "the rates of the 'late' faults add up to more"),
        ("--output full", "--output full is not empty; --force replaces its events"),
        ("--output full/old", "--output full/old is a file; name a folder"),
        ("--output full/old --force", "--output full/old is a file; name a folder"),
        ("--output full/old/deeper", "cannot write full/old"),
        ("--truth full", "--truth full is a folder; name a file"),
        ("--truth full/old", "--truth full/old exists; --force replaces it"),
        ("--truth full/old/truth.json", "cannot write full/old"),
        ("--colour red", "unrecognized arguments: --colour red"),
    ],
)
def test_bad_input(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    sentence: str,
) -> None:
    """One sentence, exit code 2, and nothing is overwritten."""
    monkeypatch.chdir(tmp_path)
    Path("full").mkdir()
    Path("full/old").write_text("precious", "utf-8")

    with pytest.raises(SystemExit) as left:
        generator.main(["--output", "new", *arguments.split()])

    said = capsys.readouterr()
    assert left.value.code == 2
    assert sentence in said.err
    assert (said.err.count("\n"), said.out) == (1, "")
    assert [str(path) for path in Path().rglob("*") if path.is_file()] == ["full/old"]
    assert Path("full/old").read_text("utf-8") == "precious"


def test_force_replaces_events_only(tmp_path: Path) -> None:
    """With --force the old events go, other files stay, and no remains of the making do."""
    folder = tmp_path / "files"
    _generate(tmp_path, "--num-files", 2, "--events-per-file", 10)
    (folder / "notes.txt").write_text("mine")

    _generate(tmp_path, "--num-files", 1, "--events-per-file", 20, "--force")

    assert sorted(p.name for p in folder.iterdir()) == [
        "events-20260302T180000Z.jsonl.gz",
        "notes.txt",
    ]
    assert len(_records(folder)) == 20


def test_command(tmp_path: Path) -> None:
    """As a user types it: defaults are an hour of 60,000 events in sample-data."""
    script = ROOT / "generate_sample_data.py"

    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert done.stdout == "12 files with 60,000 distinct valid events in sample-data\n"
    assert not done.stderr
    assert len(_records(tmp_path / "sample-data")) == 60_000


def test_documentation_lists_every_fault() -> None:
    """The table of faults has a row for each kind, under its group, and no other."""
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \|.*\| (.*) \|$", DOCS.read_text(), re.MULTILINE)

    assert [(group, kind) for group, kind, _ in rows] == [
        (group, kind) for group, kinds in GROUPS.items() for kind in kinds
    ]
    reasons = {kind: reason.strip("`") for _, kind, reason in rows if kind in BROKEN}
    assert reasons == {kind: reason for kind, (_, _, reason) in BROKEN.items()}
