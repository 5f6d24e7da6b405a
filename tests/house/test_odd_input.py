"""Whatever arrives, a page in our words answers: never a 500, and what was typed is still there."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from intake import create_app, views
from models.session import connect
from tests.conftest import config_for
from tests.filled import Filled, Sent, body_of
from workflows.diagrams.published import specs_of

#: What no field expects. The last six are also tried in every argument of every address.
VALUES = {
    "a date far away": "31.12.99999",
    "many letters": "y" * 70_000,
    "half a name": "=&;%",
    "not a number": "NaN",
    "a power": "1e999999",
    "an underscore": "1_0",
    "a script": "</textarea><script>",
    "other digits": "٣４",
    "a negative number": "-1",
    "digits of others": "²",
    "a number too large": "9" * 31,
    "nothing that can be kept": "a\0b",
    "half a letter": "a\ud800b",
    "300 letters": "x" * 300,
}
IN_ADDRESSES = list(VALUES)[9:]
#: In all fields of every form at once.
ALWAYS = ("digits of others", "a number too large", "300 letters")
UNREADABLE = {"nothing that can be kept", "half a letter"}
BODIES = {
    "no form": ("text/plain", b"x=1"),
    "json": ("application/json", b'{"text": ["\\ud800", null, 1e400]}'),
    "broken json": ("application/json", b"{"),
    "bad utf-8": ("application/x-www-form-urlencoded", b"text=%FF%FE&name=\xff\xfe&%80=1"),
    "list names": ("application/x-www-form-urlencoded", "x-²-y=1&x-99999999-y=1&[]=1&=1".encode()),
    "broken multipart": (
        "multipart/form-data; boundary=b",
        b"--b\r\nContent-Disposition: form-data; n",
    ),
    "no boundary": ("multipart/form-data", b"--b\r\n"),
    "nothing": ("", b""),
}
#: Every name that a view reads in an address.
READ = sorted(
    {
        name
        for path in Path(views.__file__).parent.rglob("*.py")
        for name in re.findall(r'(?:\bget|number|asked)\(\s*"(\w+)"', path.read_text())
    }
    | {"v0", "v1", "organisation", "element"}
)


@pytest.fixture
def filled(sqlite_url, tmp_path, clock):
    yield from _filled(sqlite_url, tmp_path)


@pytest.fixture
def filled_on_postgres(postgres_url, tmp_path, clock):
    yield from _filled(postgres_url, tmp_path)


def _filled(url, tmp_path):
    specs_of.cache_clear()
    app = create_app(config_for(url, tmp_path, ahv=True), connect(url))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield Filled(app, tmp_path / "office.db" if url.startswith("sqlite") else None)
    app.extensions["engine"].dispose()


def wrong(answer) -> str:
    """What is not as it should be with an answer to something odd; or nothing."""
    code = answer.status_code
    if code >= 500:
        return f"{code} {_first_words(answer)}"
    if code < 400 or answer.mimetype == "application/json":
        return ""
    if answer.mimetype != "text/html" or "Intake" not in answer.text:
        return f"{code} in words that are not ours: {answer.text[:80]}"
    return ""


def _first_words(answer) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    return found[1] if found else answer.text[:80]


#: A code of an app: shown again it would only be wrong once more.
ONCE = {"code"}


def typed_again(answer, sent: Sent, pairs) -> str:
    """Where a form is refused, what was typed is still there; or nothing."""
    kinds = sent.kinds.items()
    lines = {n for n, kind in kinds if kind in ("text", "email", "textarea") and n not in ONCE}
    typed = [v for n, v in pairs if n in lines and 3 < len(v) < 400 and v.isprintable()]
    if answer.status_code == 422 and typed and typed[0] not in unescape(answer.text):
        return f"422 without «{typed[0][:40]}»"
    return ""


class Found(list):
    """What went wrong, once for each address and sentence."""

    def note(self, filled: Filled, answer, *where: object, more: str = "") -> None:
        told = wrong(answer) or more
        if told:
            self.append((*(str(one)[:70] for one in where), told))
        if answer.status_code < 400 and answer.request.method != "GET":
            filled.put_back()


def test_every_argument_of_every_address_may_be_odd(filled):
    found = Found()
    for method in ("GET", "POST", "PUT"):
        for endpoint, rule in filled.routes(method):
            for argument in re.findall(r"<(?:\w+:)?(\w+)>", rule):
                for name in IN_ADDRESSES:
                    odd = quote(VALUES[name].encode(errors="surrogatepass"), safe="")
                    url = filled.url(rule, **{argument: odd})
                    answer = filled.call(method, filled.who(endpoint)[0], url)
                    found.note(filled, answer, method, url, name)
    assert not found


def test_every_query_may_be_odd(filled):
    found = Found()
    values = [value[:2000] for name, value in VALUES.items() if name not in UNREADABLE]
    for email, url in filled.pages():
        for turn in range(0, len(values), 3):  # each name has another value, each turn others
            pairs = [(key, values[(n + turn) % len(values)]) for n, key in enumerate(READ)]
            answer = filled.call("GET", email, f"{url}?{body_of(pairs).decode()}")
            found.note(filled, answer, url, turn)
        for odd in ("a%00b", "%FF%FE&%80=&=&a[]=1", "%ED%A0%80"):
            answer = filled.call("GET", email, f"{url}?{odd}&{odd.join(f'{k}=' for k in READ)}")
            found.note(filled, answer, url, odd)
    assert not found


def test_every_field_of_every_form_may_be_odd(filled):
    found = Found()
    for turn, sent in enumerate(filled.forms()):
        for name, pairs in oddly(sent, turn):
            answer = filled.post(sent, pairs)
            more = typed_again(answer, sent, pairs)
            found.note(filled, answer, sent.action, *name, more=more)
    assert not found


def oddly(sent: Sent, turn: int):
    """(field, what is odd), pairs: one value in each field by itself, then some in all at once."""
    plain = [n for n in sent.names if sent.kinds[n] not in ("checkbox", "radio", "file")]
    rest = [pair for pair in sent.pairs if pair[0] not in plain]
    names = list(VALUES)
    for place, name in enumerate(sent.names):
        odd = names[(turn + place) % len(names)]
        yield (name, odd), sent.with_value(name, VALUES[odd])
    for odd in {names[turn % len(names)], names[(turn + 7) % len(names)], *ALWAYS}:
        yield ("all", odd), [*rest, *((name, VALUES[odd]) for name in plain)]
    yield ("all", "missing"), [pair for pair in sent.pairs if pair[0] == "csrf_token"]
    yield ("all", "doubled"), [*sent.pairs, *((name, "2") for name in sent.names)]
    groups = {name.split("-")[0] for name in sent.names}
    for end in ("-²-first_name", "-99999999-first_name", "-x"):
        yield ("all", end), [*sent.pairs, *((f"{name}{end}", "1") for name in groups)]


def test_every_route_takes_any_body(filled):
    found = Found()
    for method in ("POST", "PUT"):
        for endpoint, rule in filled.routes(method):
            for url in filled.urls(rule):
                for name, (kind, data) in BODIES.items():
                    email = filled.who(endpoint)[0]
                    answer = filled.call(method, email, url, content_type=kind, data=data)
                    found.note(filled, answer, url, name)
    assert not found
