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
    "order book 2, daily sales": (
        "Gold",
        """
        select
            dt,
            orders,
            unique_customers,
            units,
            gross_revenue,
            returned_revenue,
            net_revenue,
            avg_order_value
        from daily_sales_summary
        order by dt
        """,
    ),
    "order book 3, top products": (
        "Gold",
        """
        select
            product_id,
            sum(units) as units,
            sum(units_returned) as units_returned,
            sum(net_revenue) as net_revenue
        from daily_product_sales
        group by product_id
        order by net_revenue desc, product_id
        limit 5
        """,
    ),
}
LOADED = "select count(*), sum(lines) from commerce_ledger"


def stack_name(student_id: str) -> str:
    """Return what the second stack of a student is called."""
    return f"capstone-commerce-{student_id}"


def deploy(student_id: str, **parameters: str) -> dict[str, str]:
    """Put the code in place and create or update the second stack; return its outputs."""
    name = stack_name(student_id)
    say(f"creating stack {name} from {package.TEMPLATE}")
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
