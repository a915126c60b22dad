"""AWS on this machine: moto's server with real engines behind the APIs that it only imitates.

``python -m local_aws`` (``__main__``) starts ``server``, which takes these in turn:

1. ``settings``: the root directory and the port; ``endpoint`` holds the port, answering nobody yet.
2. The engines, each put in the place of moto's part by its ``install``: ``s3`` (objects are files),
   ``glue`` (jobs run), ``athena`` (SQL runs), ``lambdas`` (functions run), ``cloudformation``
   (stacks are made through this AWS's own API), ``stepfunctions`` (state machines run),
   ``cloudwatch`` (alarms are evaluated), ``schedules`` (rules and triggers fire by ticks).
3. ``state``: brings back the file of the last time and saves from now on; ``snapshot`` makes its
   bytes of moto's backends and of what the engines register.
4. ``endpoint``: answers HTTP, of programs on this machine only.

The end goes backwards: no answers, no processes, the state saved. ``process_groups`` ends what jobs
and functions started; ``calls`` tells a test who calls what; ``java`` finds the Java of Spark;
``runtime`` is what a job's process imports as ``awsglue``. What is not among the engines, such as
IAM or SNS, is moto's own.
"""

import sys

# Not importable here: jsonschema would build this grammar of URIs (it comes with Jupyter) for five
# seconds at every start, and nothing in moto asks for it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # Python's own way
