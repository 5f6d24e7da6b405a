"""A case of viewflow: its process row with the questions of a step as columns."""

from django.conf import settings
from django.db import models
from viewflow.workflow.models import Process

QUESTIONS = [f"question_{number}" for number in range(25)]


class Case(Process):
    """Twenty-five answers; each step asks for the first so many of them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)

    class Meta:
        app_label = "office"


for _name in QUESTIONS:
    models.CharField(max_length=200, default="", blank=True).contribute_to_class(Case, _name)
