"""The pairs that mlxtend finds: baskets as JSON from standard input, rules as JSON to output.

Runs where mlxtend is installed, an environment of its own (``make truth-commerce``).
"""

import json
import sys

import pandas as pd
from mlxtend.frequent_patterns import apriori, association_rules
from mlxtend.preprocessing import TransactionEncoder

LEAST = 200  # baskets with a pair


def main() -> None:
    """Write product, partner, support, confidence and lift of each ordered pair."""
    baskets = json.load(sys.stdin)
    encoder = TransactionEncoder()
    rows = pd.DataFrame(encoder.fit_transform(baskets), columns=encoder.columns_)
    least = (LEAST - 0.5) / len(baskets)  # whatever the quotient rounds to
    found = apriori(rows, min_support=least, use_colnames=True, max_len=2)
    rules = association_rules(found, len(baskets), metric="support", min_threshold=0)
    json.dump(
        [
            [*rule.antecedents, *rule.consequents, rule.support, rule.confidence, rule.lift]
            for rule in rules.itertuples()
        ],
        sys.stdout,
    )


if __name__ == "__main__":
    main()
