"""Counters in the text format of Prometheus."""
from collections import Counter
from threading import Lock

from .settings import version

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """Requests by method, route and status, and how long they took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: Counter[float] = Counter()
        self._seconds = 0.0
        self._count = 0

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one answered request."""
        with self._lock:
            self._requests[(method, route, status)] += 1
            self._seconds += seconds
            self._count += 1
            for bucket in BUCKETS:
                if seconds <= bucket:
                    self._buckets[bucket] += 1

    def text(self) -> str:
        """All counters."""
        with self._lock:
            lines = ["# TYPE app_info gauge", f'app_info{{version="{version()}"}} 1', "# TYPE http_requests_total counter"]
            for (method, route, status), count in sorted(self._requests.items()):
                lines.append(f'http_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}')
            lines.append("# TYPE http_request_duration_seconds histogram")
            lines += [f'http_request_duration_seconds_bucket{{le="{bucket}"}} {self._buckets[bucket]}' for bucket in BUCKETS]
            lines.append(f'http_request_duration_seconds_bucket{{le="+Inf"}} {self._count}')
            lines.append(f"http_request_duration_seconds_sum {self._seconds:.6f}")
            lines.append(f"http_request_duration_seconds_count {self._count}")
        return "\n".join(lines) + "\n"
