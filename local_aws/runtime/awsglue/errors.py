"""What the stand-in says about the parts of AWS Glue that it does not have."""

from collections.abc import Callable
from typing import ClassVar, NoReturn


class NotOfferedLocallyError(NotImplementedError):
    """AWS Glue can do this, the local AWS cannot; the job must not go on as if it had."""


class PartlyOffered:
    """A class of Glue's that is here in part: asking an object for the rest raises."""

    _called: ClassVar[str]
    _instead: ClassVar[str]  # what a job can do

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # Python itself asks: copy, pickle, ...
            raise AttributeError(name)
        raise NotOfferedLocallyError(f"awsglue here has no {self._called}.{name}; {self._instead}")


def refuse_other_names(before: str, instead: str) -> Callable[[str], NoReturn]:
    """Return a module's ``__getattr__``: importing what the module lacks says so."""

    def refuse(name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise ImportError(f"awsglue here has no {before}{name}; {instead}")

    return refuse


def refuse_other_options(what: str, options: object, offered: set[str]) -> None:
    """Check the keys of the options that ``what`` names.

    Raises:
        TypeError: The options are not a dict.
        NotOfferedLocallyError: There are others than the offered ones.
    """
    if not isinstance(options, dict):
        raise TypeError(f"the {what} must be a dict, not {type(options).__name__}")
    unknown = sorted(set(options) - offered)
    if unknown:
        raise NotOfferedLocallyError(
            f"awsglue here does not offer {unknown} among the {what}; it offers {sorted(offered)}"
        )
