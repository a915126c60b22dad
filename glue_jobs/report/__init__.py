"""The daily report: a day's numbers from Athena as one HTML page; ``python -m glue_jobs.report``.

The job knows nothing of it, nor does its zip: what it needs besides boto3 is not on Glue.
"""
