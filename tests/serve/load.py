"""Many uploads at once: served or refused cleanly, within the memory limit."""

import collections
import threading

from support.runner import need

from plain import trace
from server import serving

MEMORY_MIB = 256    # docs/serve.md


def check_load(tool, uploads, mebibytes):
    """All of them are answered with 200 or 503."""
    line = b"2026-11-22 10:00:00 an ordinary line of an ordinary log, which says nothing at all\n"
    data = trace(tool) + line * ((mebibytes << 20) // len(line))
    statuses = []
    with serving(tool) as server:
        def upload():
            try:
                answer = server.diagnose(data, timeout=300)
                good = answer.status != 200 or len(answer.json["diagnoses"]) == 1
                statuses.append(answer.status if good else "a wrong answer")
            except OSError as error:
                statuses.append(type(error).__name__)

        threads = [threading.Thread(target=upload) for _ in range(uploads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        peak = server.memory()
        counts = collections.Counter(statuses)
        print("%d uploads of %d MiB: %s, peak %.0f MiB" % (uploads, mebibytes, dict(counts), peak), flush=True)
        need(set(counts) <= {200, 503} and counts[200] > 0, "answers %s" % dict(counts))
        need(peak <= MEMORY_MIB, "peak %.0f MiB, wants %d" % (peak, MEMORY_MIB))
        need(server.diagnose(trace(tool)).status == 200, "does not answer afterwards")


def checks(tool, uploads, mebibytes):
    """Name and function of each check."""
    return [("load/%dx%d" % (uploads, mebibytes), lambda: check_load(tool, uploads, mebibytes))]
