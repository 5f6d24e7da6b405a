"""What the check of hostile drawings costs: the attacks together, the largest shapes each by itself."""

import subprocess
import sys
import time
from pathlib import Path

from intake.forms import vocabulary
from tests.workflows.shapes import TANGLED
from tests.workflows.test_attacks import ATTACKS, CELLS, PLACES, bundle_with
from workflows.diagrams.check import check


def checks() -> None:
    """Print the worst of each; memory is told by a process of its own for each shape."""
    print("\nChecks of hostile drawings, each line in a process of its own")
    for name in ("attacks", *TANGLED):
        subprocess.run([sys.executable, "-m", __name__, name], check=True)


def _peak() -> int:
    """Megabytes of this process at its largest; getrusage would count those of its parent too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _attacks(forms: object) -> None:
    before, worst = _peak(), 0.0
    for place in (*PLACES, *CELLS):
        for text in ATTACKS:
            bundle = bundle_with(place, text)
            begun = time.perf_counter()
            check(bundle, "p", forms)
            worst = max(worst, time.perf_counter() - begun)
    number = len(ATTACKS) * (len(PLACES) + len(CELLS))
    print(f"  {number} attacks: the slowest {worst:.3f} s, {_peak() - before} MB more in all")


def _shape(name: str, forms: object) -> None:
    begun = time.perf_counter()
    found = check({"p.bpmn": TANGLED[name]()}, "main", forms)
    codes = ", ".join(dict.fromkeys(f.code for f in found)) or "nothing found"
    print(f"  {name:<28} {time.perf_counter() - begun:5.2f} s {_peak():4} MB in all  {codes}")


def _one(name: str) -> None:
    from flask import Flask
    from flask_babel import Babel

    app = Flask("check")
    Babel(app, default_locale="de")
    with app.test_request_context():
        forms = vocabulary()
    if name == "attacks":
        _attacks(forms)
    else:
        _shape(name, forms)


if __name__ == "__main__":
    _one(sys.argv[1])
