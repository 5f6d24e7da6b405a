"""A person at the keyboard without a browser: follows pages as they are, CSRF tokens included."""

import re
from contextlib import contextmanager

from flask import Flask
from lxml import html
from werkzeug.datastructures import MultiDict

from intake.demo.people import PASSWORD
from models.session import db
from tests.factors import equip_who_needs_it, unused_code


class Person:
    """Signed in as somebody; every page that is opened is looked over."""

    def __init__(self, app: Flask, email: str = "") -> None:
        self.client = app.test_client()
        self.response = None
        if email:
            self.sign_in(email)
            if self.path == "/account/factors":  # the role came after the office was furnished
                with app.test_request_context():
                    equip_who_needs_it()
                self.sign_in(email)

    def sign_in(self, email, password=PASSWORD):
        """With the password, and the app if the person has one."""
        self.open("/sign-in")
        self.post("/sign-in", sign_in_email=email, sign_in_password=password)
        return self.give_factor()

    def give_factor(self):
        """The code of the app, where the sign-in asks for one."""
        if self.path == "/sign-in/second":
            engine = self.client.application.extensions["engine"]
            self.post("/sign-in/second", code=unused_code(engine))
        return self

    def open(self, url, expect=200):
        self.response = self.client.get(url, follow_redirects=True)
        assert self.response.status_code == expect, (url, self.response.status_code)
        return self._looked_over()

    def post(self, url, expect=200, data=None, **fields):
        """Send a form with the token of the page that was opened last."""
        values = MultiDict(data or {})
        values.update(fields)
        values["csrf_token"] = self.token
        self.response = self.client.post(url, data=values, follow_redirects=True)
        assert self.response.status_code == expect, (
            url,
            self.response.status_code,
            self.errors or self.text[:600],
        )
        return self._looked_over()

    def shown(self, **changes):
        """The fields of the form of this page as a browser would send them, changed where told."""
        form = next(f for f in self.page.forms if f.get("data-step") is not None)
        values = _fields(form)
        for name, value in changes.items():
            values.setlist(name, [value])
        return values

    def fill(self, url, raw):
        """Send the form of this page with what it shows, and these answers in it."""
        return self.post(url, data=self.filled(raw))

    def filled(self, raw):
        """The fields of the form of this page with these answers in it."""
        values = self.shown()
        first = [n for n in (*values, *values.getlist("asked")) if re.match(r"\w+-0-", n)]
        for group, number in {tuple(n.split("-")[:2]) for n in raw if re.match(r"\w+-\d+-", n)}:
            for name in (n for n in first if n.startswith(f"{group}-0-")):
                another = name.replace("-0-", f"-{number}-", 1)
                if name in values.getlist("asked"):
                    values.add("asked", another)
                elif another not in values:
                    values[another] = ""
        for name, given in raw.items():
            values.setlist(name, given)
        return values

    def send(self, expect=200, add=None, drop=(), button=None, **changes):
        """Send the form of the page with what it shows, changed where told."""
        form = next(
            f
            for f in self.page.forms
            if f.get("data-step") is not None
            or (f.get("method") == "post" and f.xpath('.//*[@class="buttons"]'))
        )
        values = _fields(form)
        for name in (*changes, *drop):
            values.poplist(name)
        for name, value in changes.items():
            for one in value if isinstance(value, list) else [value]:
                values.add(name, one)
        if button:
            values[button[0]] = button[1]
        url = form.get("action") or self.response.request.path
        self.response = self.client.post(url, data=values, follow_redirects=True)
        assert self.response.status_code == expect, (url, self.response.status_code, self.errors)
        return self._looked_over()

    def act_for(self, place):
        """Choose one of several organisations."""
        return self.open("/acting").press(place)

    def press(self, words, expect=200):
        """Send the form of the button that says this, or begins so, as the page shows it."""
        button = next(b for b in self.page.xpath("//main//button") if _said(b).startswith(words))
        form = next(form for form in button.iterancestors("form"))
        values = MultiDict()
        for element in form.inputs:
            for value in _values(element):
                values.add(element.name, value)
        if button.get("name"):
            values.add(button.get("name"), button.get("value"))
        url = form.get("action") or self.response.request.path
        self.response = self.client.post(url, data=values, follow_redirects=True)
        assert self.response.status_code == expect, (url, self.response.status_code, self.errors)
        return self._looked_over()

    @property
    def token(self):
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        return found[1] if found else ""

    @property
    def text(self):
        return self.response.get_data(as_text=True)

    @property
    def words(self):
        return " ".join(self.page.text_content().split())

    @property
    def page(self):
        return html.fromstring(self.text)

    @property
    def errors(self):
        return [e.text_content() for e in self.page.xpath('//*[@class="errors"]//a')]

    @property
    def path(self):
        return self.response.request.path

    def _looked_over(self):
        """Every page has a title, one h1, no id twice, a label for every input."""
        if not self.response.content_type.startswith("text/html"):
            return self
        page = self.page
        assert page.findtext(".//title").strip(" –Intake"), self.path
        assert len(page.xpath("//h1")) == 1, (self.path, self.text[-500:])
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), (self.path, sorted(i for i in ids if ids.count(i) > 1))
        for element in page.xpath("//input[not(@type='hidden')]|//select|//textarea"):
            labelled = (
                element.get("aria-label")
                or page.xpath(f'//label[@for="{element.get("id")}"]')
                or element.getparent().tag == "label"
            )
            assert labelled, (self.path, element.get("name"))
        return self


def _said(element):
    return " ".join(element.text_content().split())


def _fields(form):
    """What a browser would send of a form as it is shown."""
    return MultiDict((e.name, value) for e in form.inputs for value in _values(e))


def _values(element):
    kind = element.get("type")
    if element.name is None or kind in ("submit", "file"):
        return []
    if element.tag == "button":
        return []
    if kind in ("checkbox", "radio"):
        return [element.get("value")] if element.get("checked") is not None else []
    value = element.value
    if value is None and element.tag in ("input", "textarea"):
        return [""]  # a browser sends it empty
    return [value] if isinstance(value, str) else list(value or [])


class Web:
    """The application, people who use it, and a way to arrange things behind their backs."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def person(self, email: str = "") -> Person:
        return Person(self.app, email)

    @contextmanager
    def arranged(self):
        with self.app.test_request_context():
            yield
            db.remove()
