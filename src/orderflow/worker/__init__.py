"""Runs what has to run beside the commands: notices, digests, what is due, and recovery.

`Worker.run_once` does all of it once, for a scheduler of yours. `Worker.run` goes on until it is
stopped, as `orderflow work` does. `serve_health` answers the probes of whatever supervises it. Any
number of workers may share a database.
"""

from orderflow.worker.health import JobState, WorkerHealth
from orderflow.worker.health_server import serve_health
from orderflow.worker.rounds import Job, Round, WorkerError
from orderflow.worker.worker import Worker

__all__ = [
    "Job",
    "JobState",
    "Round",
    "Worker",
    "WorkerError",
    "WorkerHealth",
    "serve_health",
]
