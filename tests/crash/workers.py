"""A process that runs the job: started as the local Glue starts one, told what to do."""

import json
import signal
import subprocess
from dataclasses import asdict
from itertools import count
from pathlib import Path

from local_aws.glue import workspace
from local_aws.glue.arguments import RunArguments
from local_aws.glue.runs import LocalJob, LocalJobRun
from local_aws.process_groups import kill_group
from local_aws.settings import Settings
from tests.crash.kill_points import KillPoint
from tests.small_work import with_small_work

WORKER = Path(__file__).with_name("worker.py")
_numbers = count(1)


class Worker:
    """A process that was started as the local Glue starts a run's."""

    def __init__(self, settings: Settings, job: LocalJob) -> None:
        self._job = job
        self._run_id = f"jr_worker_{next(_numbers)}"
        conf = with_small_work(job.default_arguments["--conf"])
        arguments = RunArguments({**job.default_arguments, "--conf": conf})
        place = workspace.prepare(settings, job, self._run_id, arguments)
        python, *self._argv = place.command
        self._home, self._log = place.home, place.home / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, str(WORKER), self._argv[0]],
                cwd=place.home,
                env=place.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # so that its JVM is killed with it
            )

    def run(self, *, how: str = "", point: KillPoint | None = None, folder: str = "") -> str | None:
        """Make a run; return what ended it early: None, an error, or a signal.

        With a ``point`` it dies there, by ``how``: sigkill or exception; with a ``folder``, it
        dies as soon as rows appear in there, and the worker with it.
        """
        run_id = f"jr_{next(_numbers)}"
        request = {
            "argv": [run_id if word == self._run_id else word for word in self._argv],
            "how": how,
            "point": point and asdict(point),
            "folder": folder,
        }
        run = LocalJobRun(self._job.name)
        run.job_run_id = run_id
        self._job.job_runs.append(run)  # the job asks Glue when it began
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        self._job.job_runs.remove(run)  # it is over
        return json.loads(answer) if answer else self._end()

    def close(self) -> None:
        """End the process and remove what it left."""
        kill_group(self._process)
        self._end()

    def log(self) -> str:
        """Return the end of what the runs said."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-5000:]

    def _end(self) -> str:
        code = self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        if code != -signal.SIGKILL:
            raise AssertionError(f"the worker ended with status {code}:\n{self.log()}")
        workspace.remove(self._home)
        return "SIGKILL"
