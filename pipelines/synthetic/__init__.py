"""Made-up submissions that add up to published figures, for the demo, tests and benchmarks.

Everything here is invented but the sums; names say "mẫu" and every file says ``DỮ LIỆU MÔ PHỎNG``.
A scenario (``places``) is data, the engine (``compose``) turns it into the rows of the forms, ``cases``
are the files that are not as they should be, and ``demo`` writes all of them into an inbox.
"""

from pipelines.synthetic.cases import ExpectedFinding, ExpectedVerdict
from pipelines.synthetic.demo import DemoSummary, expected_verdicts, make_demo

__all__ = ["DemoSummary", "ExpectedFinding", "ExpectedVerdict", "expected_verdicts", "make_demo"]
