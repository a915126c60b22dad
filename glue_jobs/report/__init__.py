"""The daily report: a day's numbers from Athena as one HTML page.

The job that loads knows nothing of it. It is read out of the jobs' zip, its other files too.
"""
