"""Many people at once: steps a second and how long the slowest of them wait."""

import statistics
import tempfile
from pathlib import Path

from tests.storm import crowd
from workflows.diagrams.published import specs_of

SECONDS = 10


def load(url: str) -> None:
    """Print the throughput of GET and POST of a step by eight people through four processes."""
    specs_of.cache_clear()
    with tempfile.TemporaryDirectory() as folder:
        found = crowd(url, Path(folder), SECONDS)
    spans = sorted(found.seconds)
    p95 = statistics.quantiles(spans, n=20)[-1]
    print(
        f"  8 people, 4 web processes        {len(spans) / SECONDS:6.1f} GET + POST a second, "
        f"median {statistics.median(spans) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"answers {dict(found.answered)}"
    )
