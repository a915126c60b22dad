"""A run's arguments: which Glue itself understands, which the script gets, which are refused."""

import hashlib
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

DEFAULT_LOG_GROUP_PREFIX = "/aws-glue/jobs"

# Glue takes these for itself; the rest reaches the script.
_FOR_GLUE = {"--extra-py-files", "--conf"}
# Monitoring, sizing and clean-up of a cluster: without effect on what the job computes.
_WITHOUT_EFFECT = {
    "--auto-scale-within-microbatch",
    "--enable-auto-scaling",
    "--enable-continuous-cloudwatch-log",
    "--enable-continuous-log-filter",
    "--enable-job-insights",
    "--enable-metrics",
    "--enable-observability-metrics",
    "--enable-s3-parquet-optimized-committer",
    "--enable-spark-ui",
    "--spark-event-logs-path",
}
# These change what a job computes or sees, and there is nothing here that would do it.
_NOT_HERE = {
    "--class",
    "--custom-logStream-prefix",
    "--customer-driver-env-vars",
    "--customer-executor-env-vars",
    "--datalake-formats",
    "--disable-proxy-v2",
    "--enable-glue-datacatalog",
    "--enable-lakeformation-fine-grained-access",
    "--enable-rename-algorithm-v2",
    "--executor-cores",
    "--extra-files",
    "--extra-jars",
    "--python-modules-installer-option",
    "--python-virtual-env",
    "--user-jars-first",
    "--use-postgres-driver",
    "--write-shuffle-files-to-s3",
    "--write-shuffle-spills-to-s3",
}
# What log groups may be called, and how long Glue lets the prefix of theirs be.
_LOG_GROUP_PREFIX = re.compile(r"[\w./#-]{1,400}", re.ASCII)
_PINNED = re.compile(r"([\w.-]+)==([\w.!+-]+)", re.ASCII)
_RESERVED = {"--JOB_NAME", "--debug", "--endpoint", "--mode"}


class RunRefusedError(Exception):
    """The run cannot be what was asked for; the text is its ``ErrorMessage``."""


@dataclass(frozen=True)
class RunArguments:
    """The merged arguments of one run (default, run and non-overridable)."""

    given: dict[str, str]

    def refuse_what_is_not_here(self) -> None:
        """Raise RunRefusedError for arguments that would silently be without effect."""
        missing = sorted(_NOT_HERE & set(self.given))
        if missing:
            raise RunRefusedError(
                f"The local AWS does not offer {', '.join(missing)}: remove it from the job's "
                f"arguments, or run the job on AWS"
            )
        reserved = sorted(_RESERVED & set(self.given))
        if reserved:
            raise RunRefusedError(f"{', '.join(reserved)}: AWS Glue sets this itself; remove it")
        if "--continuous-log-logGroup" in self.given:
            raise RunRefusedError(
                "--continuous-log-logGroup is for AWS Glue 4.0 and earlier; "
                "--custom-logGroup-prefix names the log groups of later versions"
            )
        if not _LOG_GROUP_PREFIX.fullmatch(self.log_group_prefix):
            raise RunRefusedError(
                f"--custom-logGroup-prefix is {self.log_group_prefix!r}, which no log group can "
                f"begin with; use letters, digits and ._/#-, 400 characters at most"
            )
        if self.given.get("--job-language", "python") != "python":
            raise RunRefusedError("The local AWS runs jobs in Python: --job-language is python")
        for module in self.additional_python_modules:
            _refuse_what_is_not_installed(module)

    @property
    def log_group_prefix(self) -> str:
        """What the run's two log groups begin with, ``/output`` and ``/error`` follow.

        Source: "Logging for AWS Glue jobs", Glue's Developer Guide.
        """
        return self.given.get("--custom-logGroup-prefix", DEFAULT_LOG_GROUP_PREFIX)

    @property
    def observability_metrics(self) -> bool:
        """Whether the run counts in Glue's observability metrics."""
        return self.given.get("--enable-observability-metrics") == "true"

    @property
    def extra_py_files(self) -> list[str]:
        """The S3 URIs of ``--extra-py-files``."""
        return self._listed("--extra-py-files")

    @property
    def additional_python_modules(self) -> list[str]:
        """What Glue would have pip install before the script starts."""
        return self._listed("--additional-python-modules")

    @property
    def spark_conf(self) -> dict[str, str]:
        """The settings of ``--conf``, which chains them: ``a=b --conf c=d``."""
        settings = re.split(r"\s+--conf\s+", self.given.get("--conf", "").strip())
        pairs = [setting.partition("=") for setting in settings if setting]
        wrong = [name for name, equals, _ in pairs if not equals]
        if wrong:
            raise RunRefusedError(f'--conf is "a=b --conf c=d", but {wrong[0]!r} has no "="')
        return {name.strip(): value.strip() for name, _, value in pairs}

    def command_line(self, job_name: str, run_id: str) -> list[str]:
        """Return what follows the script's name, Glue's own arguments first.

        An empty value of a Glue flag is no value: such flags are given by their presence.
        """
        job_id = "j_" + hashlib.sha256(job_name.encode()).hexdigest()
        own = {"--JOB_ID": job_id, "--JOB_RUN_ID": run_id, "--JOB_NAME": job_name}
        words: list[str] = []
        for name, value in {**own, **self.given}.items():
            if name in _FOR_GLUE:
                continue
            is_flag = name in _WITHOUT_EFFECT and value in {"", None}
            words += [name] if is_flag else [name, value]
        return words

    def _listed(self, name: str) -> list[str]:
        """Return the values of an argument that has commas between them."""
        values = map(str.strip, self.given.get(name, "").split(","))
        return [value for value in values if value]


def _refuse_what_is_not_installed(module: str) -> None:
    """Raise RunRefusedError unless a module is ``name==version``, of the version that is here."""
    if not (pinned := _PINNED.fullmatch(module)):
        raise RunRefusedError(
            f"--additional-python-modules has {module!r}: the local AWS installs nothing and takes "
            f"name==version of what is installed here; pin it so, or run the job on AWS"
        )
    name, wanted = pinned.groups()
    try:
        found = version(name)
    except PackageNotFoundError:
        found = "no version"
    if found != wanted:
        raise RunRefusedError(
            f"--additional-python-modules asks for {module}, but {found} of it is installed here, "
            f"where the local AWS installs nothing; pin what is here, or pip install {module}"
        )
