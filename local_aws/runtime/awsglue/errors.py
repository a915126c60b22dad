"""What the stand-in says about the parts of AWS Glue that it does not have."""


class NotOfferedLocallyError(NotImplementedError):
    """AWS Glue can do this, the local AWS cannot; the job must not go on as if it had."""
