"""Lambda functions that really run: Python code in a process of its own per invocation.

- ``functions``, ``backend``: what replaces moto's; ``code``: the zip; ``service``: the Invoke API.
- ``asynchronous``: events, and their further tries; ``records``: who is told of those that fail.
- ``runs``: a run, its log and metrics; ``invocation``: its process; ``runtime``: what is in it.
"""

from local_aws.lambdas.installation import install, stop
from local_aws.lambdas.service import invoke_asynchronously

__all__ = ["install", "invoke_asynchronously", "stop"]
