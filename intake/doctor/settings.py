"""For the shell: the settings that stand between people's data and the network."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from flask_babel import gettext, ngettext

from intake.config import SHORTEST_SECRET, Config
from intake.doctor.lines import Finding, lacking, missing, ok, typed, warn

#: A key of fewer different letters was typed, not drawn by lot.
FEWEST_LETTERS = 8


def address(config: Config) -> Iterator[Finding]:
    """Mail links to where the office is, over TLS."""
    parts = urlsplit(config.base_url)
    if parts.scheme != "https":
        yield lacking(
            config,
            gettext("Links in Mails beginnen nicht mit https: %(url)s.", url=config.base_url),
            gettext("Setzen Sie die Adresse, unter der Intake über TLS zu erreichen ist."),
            typed("INTAKE_BASE_URL"),
        )
    else:
        yield ok(gettext("Links in Mails führen zu %(url)s.", url=config.base_url))


def proxies(config: Config) -> Iterator[Finding]:
    """Whose word about the caller's address is taken."""
    if config.proxies:
        yield ok(
            ngettext(
                "Die Adresse der Leute sagt %(num)s Proxy, der davor steht.",
                "Die Adresse der Leute sagen %(num)s Proxys, die davor stehen.",
                config.proxies,
            )
        )
    elif config.production:
        yield warn(
            gettext(
                "Es ist kein Proxy gesetzt: steht einer davor, gelten alle Leute als eine Adresse, "
                "und wer ein Passwort errät, ist von der Person selbst nicht zu unterscheiden."
            ),
            gettext("Setzen Sie, wie viele Proxys davor stehen."),
            typed("INTAKE_PROXIES"),
        )
    else:
        yield ok(gettext("Vor Intake steht kein Proxy."))


def secret(config: Config) -> Iterator[Finding]:
    """Sessions are signed with a key that cannot be guessed."""
    mend = gettext("Machen Sie einen neuen; alle melden sich danach neu an.")
    made = typed('python3 -c "import secrets; print(secrets.token_hex(32))"')
    if len(config.secret_key) < SHORTEST_SECRET:
        text = gettext("Der Schlüssel der Sitzungen fehlt oder ist kürzer als %(n)s Zeichen.")
        yield missing(text % {"n": SHORTEST_SECRET}, mend, typed("INTAKE_SECRET_KEY"), made)
    elif len(set(config.secret_key)) < FEWEST_LETTERS:
        text = gettext("Der Schlüssel der Sitzungen besteht aus wenigen Zeichen.")
        yield missing(text, mend, typed("INTAKE_SECRET_KEY"), made)
    else:
        text = gettext("Der Schlüssel der Sitzungen hat %(n)s Zeichen.")
        yield ok(text % {"n": len(config.secret_key)})


def cookies(config: Config) -> Iterator[Finding]:
    """Cookies travel over TLS only."""
    if not config.insecure_cookies:
        yield ok(gettext("Cookies gehen nur über TLS."))
        return
    yield lacking(
        config,
        gettext("Cookies gehen auch ohne TLS."),
        gettext("Nehmen Sie die Einstellung weg."),
        typed("INTAKE_INSECURE_COOKIES"),
    )
