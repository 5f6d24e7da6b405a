"""People of an office who each finish steps of their own, as fast as they can; run by locust.

The host is the office's; $OFFICE_PEOPLE names who signs in, $OFFICE_TASKS the file with the ids of
the tasks, which are dealt out so that nobody takes another one's.
"""

import itertools
import json
import os
import re
from pathlib import Path

from locust import FastHttpUser, constant, task
from locust.exception import StopUser

PEOPLE = json.loads(os.environ["OFFICE_PEOPLE"])
TASKS = iter(json.loads(Path(os.environ["OFFICE_TASKS"]).read_text()))
NUMBERS = itertools.count()
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Coordinator(FastHttpUser):
    """Signs in once; then opens a step, reads it, and finishes it."""

    wait_time = constant(0)

    def on_start(self):
        """Sign in as the next of the people."""
        email, password = PEOPLE[next(NUMBERS) % len(PEOPLE)]
        self._send("/sign-in", "sign in", sign_in_email=email, sign_in_password=password)

    @task
    def finish(self):
        """One step: page and answer."""
        key = next(TASKS, None)
        if key is None:
            raise StopUser
        answers = {"outcome": "incomplete", "missing_items": "goals", "missing_text": f"{key}"}
        self._send(f"/tasks/{key}", "step", **answers)

    def _send(self, path, name, **fields):
        page = self.client.get(path, name=f"{name}: page")
        found = TOKEN.search(page.text or "")
        if found is None:
            return
        data = {**fields, "csrf_token": found[1]}
        with self.client.post(
            path, data=data, name=name, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code not in (302, 303):
                answer.failure(f"status {answer.status_code}")
