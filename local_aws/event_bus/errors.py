"""What a schedule may want and this machine does not do."""


class RefusedError(Exception):
    """Names what is not done here and what to do instead, in one sentence."""
