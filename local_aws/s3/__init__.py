"""S3 whose objects are plain files, so that boto3, Spark and DuckDB see the same bytes.

The current version of an object is the file ``<root>/s3/<bucket>/<key>``. A file that a program
wrote or removed there by itself appears in or vanishes from the API's answers. Everything that is
not bytes (metadata, tags, bucket configuration) is moto's and part of the saved state.
"""

from local_aws.s3.installation import install

__all__ = ["install"]
