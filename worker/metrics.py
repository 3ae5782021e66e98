"""What the workers count: jobs by task and outcome, and how long they took."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from campaigns.core.settings import environment

JOBS = Counter("throughline_jobs", "Jobs that came to an end of an attempt.", ["task", "outcome"])
JOB_SECONDS = Histogram(
    "throughline_job_seconds",
    "Seconds from claim to record.",
    ["task", "outcome"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300),
)
TICKS = Counter("throughline_ticks", "Runs of the beat table's entries.", ["task", "outcome"])


def serve(port: int) -> None:
    """Serve what all processes of this worker count; they share PROMETHEUS_MULTIPROC_DIR where it is set."""
    registry = CollectorRegistry()
    if environment().get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    start_http_server(port, registry=registry)
