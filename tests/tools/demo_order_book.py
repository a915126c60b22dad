"""The demo's second half: the second stack, its runbook, and what it answers."""

from pathlib import Path

from commerce import package
from tests.tools.stacks import (
    PROJECT,
    ask,
    create_or_update_stack,
    execute_notebook,
    say,
    show,
    stack_outputs,
)

RUNBOOK = PROJECT / "commerce" / "runbook.ipynb"
QUESTIONS = {
    "order book 1, delivered files": (
        "Bronze",
        """
        select
            date as delivered,
            count_if(verdict = 'accepted') as accepted,
            count_if(verdict = 'refused') as refused,
            array_join(flatten(array_agg(reasons)), ', ') as reasons,
            sum(records) as records
        from file_receipts
        where date between '2026-03-02' and '2026-03-04'
        group by date
        order by date
        """,
    ),
    **{
        f"order book {number}, {name.replace('_', ' ')}": (
            "Gold",
            (PROJECT / f"commerce/queries/{name}.sql").read_text(encoding="utf-8"),
        )
        for number, name in enumerate(("daily_sales", "top_products", "segmentation"), start=2)
    },
}
LOADED = "select count(*), sum(lines) from commerce_ledger"


def stack_name(student_id: str) -> str:
    """Return what the second stack of a student is called."""
    return f"capstone-commerce-{student_id}"


def deploy(student_id: str, **parameters: str) -> dict[str, str]:
    """Put the code in place and create or update the second stack; return its outputs."""
    name = stack_name(student_id)
    say(f"creating stack {name} from {Path(package.TEMPLATE).name}")
    *_, template, key = package.upload(student_id)
    create_or_update_stack(name, student_id, template, CodeKey=key, **parameters)
    return stack_outputs(name)


def demo(build: Path, student_id: str) -> None:
    """Run the runbook beside the first stack; leave it and the answers in ``build``."""
    stack = deploy(student_id)
    say(f"running {RUNBOOK.name}")
    execute_notebook(RUNBOOK, build / RUNBOOK.name)
    say("asking the order book")
    for number, (title, (layer, statement)) in enumerate(QUESTIONS.items(), start=1):
        file = build / "answers" / f"order-book-{number}.csv"
        file.write_bytes(ask(statement, stack, layer))
        show(title, file)
    loaded = ask(LOADED, stack, "Bronze").decode().splitlines()[-1]
    files, records = (int(count.strip('"')) for count in loaded.split(","))
    print(
        f"\nThe runbook loaded {files} files with {records:,} records; delivered and loaded once "
        f"more, they changed no row."
    )
