"""The kinds of questions: each takes what people type and gives plain JSON, or says what to do."""

from intake.forms.fields.choosing import (
    SLOTS,
    WEEK,
    Availability,
    Choice,
    Choices,
    ManyChoices,
    Ranked,
    Scale,
    Tick,
    YesNo,
)
from intake.forms.fields.dates import Day, PartialDay, partial_day
from intake.forms.fields.numbers import Money, Number, Numbers
from intake.forms.fields.question import Question
from intake.forms.fields.repeating import Many
from intake.forms.fields.texts import Ahv, Email, LongText, Phone, Text, Zemis, Zip, phone

__all__ = [
    "SLOTS",
    "WEEK",
    "Ahv",
    "Availability",
    "Choice",
    "Choices",
    "Day",
    "Email",
    "LongText",
    "Many",
    "ManyChoices",
    "Money",
    "Number",
    "Numbers",
    "PartialDay",
    "Phone",
    "Question",
    "Ranked",
    "Scale",
    "Text",
    "Tick",
    "YesNo",
    "Zemis",
    "Zip",
    "partial_day",
    "phone",
]
