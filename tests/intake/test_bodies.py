"""What a request brings along is bounded before it is read: by who sends it, and what it is."""

import io

import pytest
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.test import EnvironBuilder

from intake.bodies import Shortened
from workflows import bounds

PATRICK, PETRA = "p.prozess@example.org", "p.beispiel@example.org"
FORM = "application/x-www-form-urlencoded"


class Watched(io.BytesIO):
    """What is sent, and how much of it was ever read."""

    taken = 0

    def read(self, size=-1):
        found = super().read(size)
        self.taken += len(found)
        return found

    def readinto(self, buffer):
        found = super().readinto(buffer)
        self.taken += found
        return found


def sent(client, url, body, kind=FORM, length=True, **headers):
    """(status, bytes read) of a body; without a length it comes in pieces, as gunicorn hands it on."""
    watched = Watched(body)
    made = EnvironBuilder(url, method="POST", content_type=kind, headers=headers)
    environ = made.get_environ()
    made.close()
    environ["wsgi.input"] = watched
    if length:
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        environ["wsgi.input_terminated"] = True
    response = client.open(environ)
    return response.status_code, watched.taken


class Broken(io.BytesIO):
    """A body in pieces of which one says no size, as gunicorn tells it while it is read."""

    def read(self, _size=-1):
        raise InvalidChunkSize(b"zz")


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b"])
def test_a_body_in_broken_pieces_is_a_bad_request(web, kind):
    made = EnvironBuilder("/sign-in", method="POST", content_type=kind).get_environ()
    made |= {"wsgi.input": Broken(), "wsgi.input_terminated": True}
    assert web.app.test_client().open(made).status_code == 400


@pytest.mark.parametrize("length", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize(
    "url", ["/sign-in", "/cases/1/documents", "/workbench/import", "/no-such-page", "/health"]
)
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=b", "application/json", ""])
def test_without_a_session_hardly_anything_is_read(web, url, kind, length):
    body = b"a=1&" * (2 * bounds.MB // 4)
    status, taken = sent(web.person().client, url, body, kind, length)
    assert taken <= bounds.OPEN_BODY + 1
    assert status in (400, 401, 404, 405, 413)


def test_without_a_session_few_fields_are_kept(web):
    client = web.person().client
    assert sent(client, "/sign-in", b"&".join([b"a=1"] * bounds.OPEN_FIELDS))[0] == 400
    assert sent(client, "/sign-in", b"&".join([b"a=1"] * (bounds.OPEN_FIELDS + 1)))[0] == 413


def test_a_form_has_a_bounded_number_of_fields_and_a_bounded_length(web):
    patrick = web.person(PATRICK).open("/workbench")
    for fields in (
        {f"x{n}": "1" for n in range(bounds.FORM_FIELDS + 1)},
        {"note": "x" * (bounds.FORM_TEXT + 1)},
    ):
        for kind in (FORM, "multipart/form-data"):
            data = {**fields, "csrf_token": patrick.token}
            made = patrick.client.post("/workbench/begin", data=data, content_type=kind)
            assert made.status_code == 413, (kind, len(fields))
            assert "Gehen Sie mit Ihrem Browser zurück" in made.text
    made = patrick.client.post("/workbench/begin", data={"csrf_token": patrick.token, "note": "a"})
    assert made.status_code == 302


def test_a_page_that_is_refused_says_the_bound_and_leads_back(web):
    petra = web.person(PETRA).open("/drafts")
    petra.post("/drafts")
    url = petra.response.request.path
    body = b"x=" + b"y" * bounds.FORM_TEXT
    made = petra.client.post(url, data=body, content_type=FORM)
    assert made.status_code == 413
    assert "höchstens 10 MB" in made.text
    assert f'href="{url}"' in made.text


def test_whoever_is_signed_out_is_sent_to_sign_in_however_much_she_sends(web):
    made = web.person().client.post("/workbench/begin", data={"note": "x" * 100_000})
    assert made.status_code == 401
    assert "sign_in_email" in made.text


def test_a_file_above_its_bound_is_told_at_its_field_and_nothing_typed_is_lost(web):
    petra = web.person(PETRA).open("/drafts")
    petra.post("/drafts")
    consent = petra.response.request.path.rpartition("/")[0] + "/consent"
    petra.open(consent)
    large = io.BytesIO(b"%PDF-" + b"x" * (13 * bounds.MB))
    fields = petra.shown(informed="1", document=(large, "large.pdf"))
    petra.response = petra.client.post(consent, data=fields)
    assert petra.response.status_code == 422
    assert "Die Datei ist grösser als 10 MB." in petra.errors
    field = petra.page.get_element_by_id("document")
    assert field.get("aria-invalid") == "true"
    assert "document-error" in field.get("aria-describedby")
    assert petra.page.get_element_by_id("informed").get("checked") is not None


def test_a_file_is_cut_one_byte_above_its_bound():
    kept = Shortened(10)
    assert [kept.write(b"12345678"), kept.write(b"12345678"), kept.write(b"1")] == [8, 8, 1]
    kept.seek(0)
    assert kept.read() == b"12345678123"


def test_an_import_that_is_refused_is_told_at_its_field(web):
    patrick = web.person(PATRICK).open("/workbench")
    patrick.post("/workbench/import", expect=422)
    assert patrick.errors == ["Wählen Sie mindestens eine Datei."]
    assert patrick.page.get_element_by_id("files").get("aria-invalid") == "true"


def test_what_is_too_long_for_a_pdf_is_told_on_a_page(web, monkeypatch):
    monkeypatch.setattr(bounds, "PAPER", 10)
    petra = web.person(PETRA).open("/drafts/blank.pdf", expect=422)
    assert "Das ist zu lang für ein PDF." in petra.words
