"""What CloudWatch may be asked and this machine does not do."""

from moto.cloudwatch.exceptions import InvalidParameterValue


class NotOfferedError(InvalidParameterValue):
    """Names what is not done here and what to do instead, in one sentence."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"the local CloudWatch does not offer {what}; {instead}")
