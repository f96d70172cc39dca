"""The figures for Prometheus."""

import os
import subprocess
import sys

FIRST_REQUESTS = """
import sys, threading
sys.setswitchinterval(1e-6)
import prometheus_client
from tramita.config import metrics
gate, made = threading.Barrier(8), []
def ask():
    gate.wait()
    made.append(metrics.CountRequests(lambda request: None).requests)
threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(made), len(set(map(id, made))))
"""


def test_threads_that_answer_their_first_request_together_count_in_one_place() -> None:
    """INTERFACES 5 (`/metrics`): in a process of its own, since the figures are made once in each."""
    environment = os.environ | {"PYTHONPATH": "src"}

    told = subprocess.run(
        [sys.executable, "-c", FIRST_REQUESTS], env=environment, capture_output=True, text=True, check=True
    )

    assert told.stdout.split() == ["8", "1"], told.stderr
