"""Functions of Lambda: standard library and boto3 alone."""
