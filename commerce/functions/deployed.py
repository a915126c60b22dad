"""What the functions know of their stack by their environment.

``STUDENT_ID``; ``WORK_GROUP`` of Athena; ``SOURCE_TIME_ZONE``, that of days of sale.
"""

import os

import boto3

from commerce.gate.gate import Gate
from glue_jobs.athena import Athena


def gate() -> Gate:
    """Return the gate over the student's tables."""
    athena = Athena(boto3.client("athena"), os.environ["WORK_GROUP"])
    return Gate(athena, os.environ["STUDENT_ID"], os.environ["SOURCE_TIME_ZONE"])
