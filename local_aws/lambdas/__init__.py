"""Lambda functions that really run: Python code in a process of its own per invocation.

- ``functions``: what replaces moto's; ``service``: the Invoke API; ``asynchronous``: its events.
- ``runs``: a run, its log and metrics; ``invocation``: its process; ``runtime``: what is in it.
"""

from local_aws.lambdas.installation import install, stop
from local_aws.lambdas.service import invoke_asynchronously

__all__ = ["install", "invoke_asynchronously", "stop"]
