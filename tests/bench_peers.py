"""The same seven steps here and in django-viewflow, in one run, against the same bare SpiffWorkflow.

`make bench-peers`; viewflow runs in an environment of its own and its pages get as many questions.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from intake import create_app
from models.session import connect
from tests.bench import bare
from tests.bench_steps import SEVEN, WARM, Counted, Step, of, steps
from tests.conftest import config_for, furnish
from tests.postgres import postgres
from workflows.diagrams.published import specs_of

ROUNDS = 9
TOOLS = Path(__file__).parent / "bench_tools"


def ours(url: str) -> list[Step]:
    """Our steps on this database."""
    with tempfile.TemporaryDirectory() as folder:
        specs_of.cache_clear()
        engine = connect(url)
        app = create_app(config_for(url, Path(folder)), engine)
        found = steps(app, Counted().listen(engine), ROUNDS)
        engine.dispose()
    return [step for step in found if step.form in SEVEN]


def viewflow(python: str, url: str, fields: list[int]) -> list[dict[str, float]]:
    """Viewflow's steps on this database, with so many questions each."""
    environment = {**os.environ, "OFFICE_FIELDS": ",".join(map(str, fields))}
    command = [python, "-m", "office", url, str(WARM), str(ROUNDS)]
    done = subprocess.run(
        command, cwd=TOOLS, env=environment, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def compare(name: str, url: str, peers_url: str, python: str) -> None:
    """Print both."""
    before = bare()
    found = ours(url)
    theirs = viewflow(python, peers_url, [step.fields for step in found[: len(SEVEN)]])
    floor = (before + bare()) / 2
    post, both = of(found, *SEVEN)
    their_post = statistics.median(step["post"] for step in theirs)
    their_both = statistics.median(step["get"] + step["post"] for step in theirs)
    needed = [step.statements for step in found]
    print(f"\n{name}; bare SpiffWorkflow {floor:.2f} ms = 1x")
    for words, one, two, statements in (
        ("here", post, both, f"{min(needed)}-{max(needed)}"),
        ("viewflow 2.4", their_post, their_both, f"{theirs[-1]['statements']:.0f}"),
    ):
        print(
            f"  {words:<14} POST {one:6.1f} ms {one / floor:5.1f}x   GET + POST {two:6.1f} ms"
            f" {two / floor:5.1f}x   {statements} statements a POST"
        )
    print(f"  viewflow to here: POST {their_post / post:.2f}x, GET + POST {their_both / both:.2f}x")


def main(python: str) -> None:
    """Print the table; `python` is the one of viewflow's environment."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/office.db"
        furnish(url, Path(folder))
        compare("SQLite", url, f"sqlite:///{folder}/peers.db", python)
        with postgres() as server:
            url = server.format(name="postgres")
            furnish(url, Path(folder))
            connection = connect(url).connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("create database peers")
            connection.close()
            peers = server.format(name="peers").replace("postgresql+psycopg", "postgresql")
            compare("PostgreSQL", url, peers, python)


if __name__ == "__main__":
    main(sys.argv[1])
