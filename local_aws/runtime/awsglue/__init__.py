"""A stand-in for the library that AWS Glue puts beside every job: same names, own code.

It offers what is listed in each module and refuses the rest with a sentence. Nothing here is
copied from AWS; the interface is the one the Glue Developer Guide describes for Glue 5.1.
"""

import sys
from importlib.abc import MetaPathFinder


class _MissingModules(MetaPathFinder):
    """Asked last: a module of this package that nobody else has found is not here."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        del path, target
        package, _, module = fullname.rpartition(".")
        if package == __name__:
            raise ModuleNotFoundError(
                f"awsglue here has no module {module}; "
                f"it has context, dynamicframe, gluetypes, job, transforms and utils",
                name=fullname,
            )


sys.meta_path.append(_MissingModules())
