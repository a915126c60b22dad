"""Runs first in every Python process of a Glue job: the job sees what it would see on AWS.

Packages that are only linked into the environment (editable installs) vanish: a job that imports
them without ``--extra-py-files`` must fail here as it would there. An error that ends the script
is written down for the run's ``ErrorMessage``.
"""

import json
import os
import sys
from pathlib import Path
from types import TracebackType

ERROR_FILE_VARIABLE = "LOCAL_AWS_GLUE_ERROR_FILE"


def hide_linked_packages() -> None:
    """Keep the interpreter's own directories and PYTHONPATH, nothing else."""
    own = (sys.prefix, sys.base_prefix)
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [entry for entry in sys.path if entry in given or entry.startswith(own)]
    sys.meta_path[:] = [
        finder
        for finder in sys.meta_path
        if not getattr(finder, "__module__", "").startswith("__editable__")
    ]


def record_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Write the error's type, text and line of the script; then print it as always."""
    line, script = None, sys.argv[0]
    step = trace
    while step is not None:
        if step.tb_frame.f_code.co_filename == script:
            line = step.tb_lineno
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename == script:
        line = error.lineno
    known = {"type": kind.__name__, "import": issubclass(kind, ImportError), "line": line}
    text = json.dumps({**known, "message": str(error)})
    Path(os.environ[ERROR_FILE_VARIABLE]).write_text(text, encoding="utf-8")
    sys.__excepthook__(kind, error, trace)


if ERROR_FILE_VARIABLE in os.environ:
    hide_linked_packages()
    sys.excepthook = record_error
