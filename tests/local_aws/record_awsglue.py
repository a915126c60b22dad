"""Write what AWS's own ``awsgluedataplanepython`` answers, for the stand-in to be held to.

By hand, in a virtual environment beside the project's: the package's licence (Amazon Software
License) allows its use with AWS's services only, so that nothing here depends on it.

    python3.11 -m venv /tmp/glue
    /tmp/glue/bin/pip install awsgluedataplanepython==5.1.0 pyspark==3.5.6
    /tmp/glue/bin/python -m tests.local_aws.record_awsglue
"""

import importlib
import json

from tests.local_aws.awsglue_cases import LINES, SIGNATURES, TABLE, outcome, signature


def main() -> None:
    """Ask for every signature and command line."""
    signatures = {
        ".".join(filter(None, names)): signature(
            importlib.import_module(f"awsglue.{names[0]}"), *names[1:]
        )
        for names in SIGNATURES
    }
    resolve = importlib.import_module("awsglue.utils").getResolvedOptions
    outcomes = [
        json.dumps(outcome(resolve, seed), sort_keys=True, separators=(",", ":"))
        for seed in range(LINES)
    ]
    lines = ",\n".join(outcomes)
    written = json.dumps(signatures, indent=1)
    TABLE.write_text(f'{{"signatures": {written},\n"lines": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
