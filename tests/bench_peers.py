"""The same seven steps here and in django-viewflow, in one run, against the same bare SpiffWorkflow.

`make bench-peers`; viewflow runs in an environment of its own and its pages get as many questions.
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path

from intake import create_app
from models.session import connect
from tests.bench_bare import bare, ratio
from tests.bench_steps import SEVEN, WARM, Counted, Step, spent, steps
from tests.conftest import config_for, furnish
from tests.postgres import durability, postgres
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
    fields = [step.fields for step in found[: len(SEVEN)]]
    measured = viewflow(python, peers_url, fields)
    needed = round(measured[-1]["statements"])
    theirs = [
        Step(form, number, step["get"], step["post"], needed, 1)
        for step, form, number in zip(measured, cycle(SEVEN), cycle(fields), strict=False)
    ]
    after = bare()
    floor = {form: (before[form] + after[form]) / 2 for form in SEVEN}
    kept = durability(connect(url))
    print(f"\n{name}, kept with {kept}; the same steps in bare SpiffWorkflow = 1x")
    for words, steps_of_it in (("here", found), ("viewflow 2.4", theirs)):
        post, both = spent(steps_of_it)
        statements = [step.statements for step in steps_of_it]
        print(
            f"  {words:<14} POST {ratio(post, floor, *SEVEN):5.1f}x, GET + POST {ratio(both, floor, *SEVEN):5.1f}x;"
            f" {min(statements)}-{max(statements)} statements a POST"
        )
    (post, both), (their_post, their_both) = spent(found), spent(theirs)
    print(
        f"  here to viewflow: POST {ratio(post, their_post, *SEVEN):.2f}x,"
        f" GET + POST {ratio(both, their_both, *SEVEN):.2f}x"
    )


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
