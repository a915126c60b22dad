"""Lambda functions that really run: Python code in a process of its own per invocation."""

from local_aws.lambdas.installation import install, stop

__all__ = ["install", "stop"]
