"""`python -m office URL WARM ROUNDS`: times of GET and POST of each step, as JSON."""

import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings


def configure(url: str) -> None:
    """Settings of an ordinary Django project."""
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path}
    else:
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": parts.username,
            "PASSWORD": parts.password or "",
            "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
            "PORT": parts.port or "",
        }
    settings.configure(
        SECRET_KEY="for a measurement only",
        ALLOWED_HOSTS=["testserver"],
        DATABASES={"default": {**database, "CONN_MAX_AGE": None}},
        # Tables straight from the models; an application of one file has no migrations.
        MIGRATION_MODULES=dict.fromkeys(("auth", "contenttypes", "sessions", "viewflow", "office")),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "viewflow",
            "viewflow.workflow",
            "office",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "viewflow.middleware.SiteMiddleware",
        ],
        ROOT_URLCONF="office.urls",
        STATIC_URL="/static/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()


def play(warm: int, rounds: int) -> list[dict[str, object]]:
    """After some rounds to get warm, each step of each round: its GET and POST in milliseconds, statements of the POST."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from viewflow.workflow.models import Task

    from office.flows import FIELDS, CaseFlow
    from office.models import QUESTIONS

    call_command("migrate", run_syncdb=True, verbosity=0)
    person = get_user_model().objects.create_superuser("person", password="for a measurement")
    client = Client(enforce_csrf_checks=False)
    client.force_login(person)
    found = []
    for _ in range(warm + rounds):
        process = CaseFlow.start.run(person=person)
        for number, fields in enumerate(FIELDS):
            task = Task.objects.get(process_id=process.pk, status="ASSIGNED")
            url = f"/case/{process.pk}/step_{number}/{task.pk}/execute/"
            begun = time.perf_counter()
            page = client.get(url)
            got = time.perf_counter()
            assert page.status_code == 200, (url, page.status_code)
            answers = dict.fromkeys(QUESTIONS[:fields], "an answer of some words")
            posted = time.perf_counter()
            answer = client.post(url, answers)
            done = time.perf_counter()
            assert answer.status_code == 302, answer.content[:500]
            found.append({"get": (got - begun) * 1000, "post": (done - posted) * 1000})
    with CaptureQueriesContext(connection) as queries:
        process = CaseFlow.start.run(person=person)
        task = Task.objects.get(process_id=process.pk, status="ASSIGNED")
        before = len(queries)
        answers = dict.fromkeys(QUESTIONS[: FIELDS[0]], "an answer")
        client.post(f"/case/{process.pk}/step_0/{task.pk}/execute/", answers)
        found[-1]["statements"] = len(queries) - before
    return found[warm * len(FIELDS) :]


if __name__ == "__main__":
    configure(sys.argv[1])
    print(json.dumps(play(int(sys.argv[2]), int(sys.argv[3]))))
