"""The code lists that several forms share (DOMAIN.md 2.0), codes in the order people expect."""

from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from models.alphabet import alphabetical

Choices = tuple[tuple[str, Any], ...]

PERMIT: Choices = (
    ("B", _("B – Aufenthaltsbewilligung")),
    ("C", _("C – Niederlassungsbewilligung")),
    ("F", _("F – vorläufig aufgenommen")),
    ("N", _("N – asylsuchend")),
    ("S", _("S – schutzbedürftig")),
    ("L", _("L – Kurzaufenthalt")),
    ("CI", _("Ci – Angehörige internationaler Organisationen")),
    ("G", _("G – Grenzgängerin, Grenzgänger")),
    ("CH", _("Schweizer Bürgerrecht")),
    ("NONE", _("kein Ausweis / in Abklärung")),
    ("UNKNOWN", _("unbekannt")),
)
ASYLUM_STATUS: Choices = (
    ("FL_ASYL", _("anerkannter Flüchtling mit Asyl (Ausweis B oder C)")),
    ("VA_FLUECHTLING", _("vorläufig aufgenommener Flüchtling (Ausweis F)")),
    ("VA_AUSLAENDER", _("vorläufig aufgenommene Person (Ausweis F)")),
    ("SCHUTZ_S", _("Schutzstatus S")),
    ("SCHUTZ_S_B", _("ehemals Schutzstatus S, mit Aufenthaltsbewilligung")),
    ("ASYL_N", _("asylsuchend (Ausweis N)")),
    ("NONE", _("kein asylrechtlicher Bezug")),
)
#: Which permits go with an asylum status; anything else is a warning, for papers lag behind.
FITTING_PERMITS: dict[str, tuple[str, ...]] = {
    "FL_ASYL": ("B", "C"),
    "VA_FLUECHTLING": ("F",),
    "VA_AUSLAENDER": ("F",),
    "SCHUTZ_S": ("S",),
    "SCHUTZ_S_B": ("B",),
    "ASYL_N": ("N",),
}
WITH_ZEMIS = ("FL_ASYL", "VA_FLUECHTLING", "VA_AUSLAENDER", "SCHUTZ_S", "SCHUTZ_S_B", "ASYL_N")
LANGUAGE_LEVEL: Choices = (
    ("ALPHA", _("Alphabetisierung nötig")),
    ("NONE", _("keine Kenntnisse")),
    ("A1", "A1"),
    ("A2", "A2"),
    ("B1", "B1"),
    ("B2", "B2"),
    ("C1", "C1"),
    ("C2", "C2"),
    ("NATIVE", _("Erstsprache")),
    ("UNKNOWN", _("unbekannt")),
)
LANGUAGE_EVIDENCE: Choices = (
    ("fide", "fide"),
    ("certificate", _("telc, Goethe, ÖSD")),
    ("course", _("Kursbestätigung")),
    ("self", _("Selbsteinschätzung")),
    ("case_manager", _("Einschätzung der Fallführung")),
)
SEX: Choices = (("2", _("weiblich")), ("1", _("männlich")), ("3", _("keine Angabe")))
HOUSEHOLD: Choices = (
    ("SINGLE", _("Einzelperson")),
    ("COUPLE", _("Paar")),
    ("FAMILY", _("Familie mit Kindern")),
    ("SINGLE_PARENT", _("alleinerziehend")),
    ("MNA", _("unbegleitete minderjährige Person")),
    ("SHARED", _("Kollektivunterkunft oder Wohngemeinschaft")),
)
TOPICS: Choices = (
    ("DEUTSCH", _("Deutsch sprechen und üben")),
    ("ALLTAG", _("Alltag organisieren")),
    ("POST", _("Briefe, Formulare, Behörden")),
    ("WOHNEN", _("Wohnungssuche, Nachbarschaft")),
    ("SCHULE", _("Schule, Hausaufgaben, Elternkontakt")),
    ("LEHRSTELLE", _("Lehrstellensuche, Berufswahl")),
    ("ARBEIT", _("Bewerbung, Arbeitswelt")),
    ("FREIZEIT", _("Freizeit, Vereine, Sport")),
    ("KONTAKTE", _("soziale Kontakte, Netzwerk")),
    ("FAMILIE", _("Erziehung, Familienalltag")),
    ("GESUNDHEIT", _("Gesundheitssystem verstehen")),
    ("DIGITAL", _("digitale Kompetenzen")),
    ("MOBILITAET", _("öffentlicher Verkehr, Region kennenlernen")),
    ("ANDERES", _("anderes")),
)
GENDER_WISH: Choices = (
    ("ANY", _("keine Präferenz")),
    ("F", _("lieber eine Frau")),
    ("M", _("lieber ein Mann")),
    ("REQUIRED_F", _("zwingend eine Frau")),
    ("REQUIRED_M", _("zwingend ein Mann")),
)
URGENCY: Choices = (
    ("NORMAL", _("normal")),
    ("ERHOEHT", _("erhöht")),
    ("DRINGEND", _("dringend")),
)
TARGET_GROUP: Choices = (
    ("ADULT", _("erwachsene Einzelperson")),
    ("COUPLE", _("Paar")),
    ("FAMILY", _("Familie")),
    ("CHILD", _("Kind")),
    ("YOUTH", _("Jugendliche 12–17")),
    ("YOUNG_ADULT", _("junge Erwachsene 18–25")),
    ("MNA", _("unbegleitete minderjährige Person")),
)
MEETING_PLACE: Choices = (
    ("home", _("zuhause")),
    ("public", _("öffentlicher Ort")),
    ("library", _("Bibliothek")),
    ("provider", _("Räume der Anbieterin")),
    ("online", _("online")),
)
MOBILITY: Choices = (
    ("public_transport", _("öffentlicher Verkehr")),
    ("bicycle", _("Velo")),
    ("car", _("Auto")),
    ("limited", _("eingeschränkt")),
)
DECLINE_REASON: Choices = (
    ("NOT_TARGET_GROUP", _("gehört nicht zur Zielgruppe")),
    ("NO_RESIDENCE_SO", _("kein Wohnsitz im Kanton")),
    ("PROFESSIONAL_NEED", _("der Bedarf übersteigt Freiwilligenarbeit")),
    ("NOT_VOLUNTARY", _("keine Freiwilligkeit oder kein Interesse")),
    ("LANGUAGE", _("Verständigung (noch) nicht möglich, zuerst Sprachkurs")),
    ("NO_CONSENT", _("keine Einwilligung")),
    ("SAFETY", _("Sicherheitsbedenken")),
    ("DUPLICATE", _("bereits angemeldet oder vermittelt")),
    ("NEED_SETTLED", _("der Bedarf ist gedeckt")),
    ("NOT_REACHABLE", _("nicht erreichbar")),
    ("CAPACITY", _("keine Kapazität, Wartelistenplatz wurde angeboten")),
    ("OTHER", _("anderer Grund")),
)
TERMINATION_REASON: Choices = (
    ("MENTEE_MOVED", _("Wegzug der oder des Mentee")),
    ("MENTOR_MOVED", _("Wegzug der Mentorin oder des Mentors")),
    ("MENTEE_TIME", _("keine Zeit: Mentee (Arbeit, Ausbildung)")),
    ("MENTOR_TIME", _("keine Zeit: Mentorin oder Mentor")),
    ("NO_CHEMISTRY", _("Passung nicht gegeben")),
    ("GOAL_REACHED", _("Ziel vorzeitig erreicht")),
    ("EXPECTATIONS", _("unvereinbare Erwartungen")),
    ("BOUNDARY", _("Grenzverletzung, Verhaltenskodex")),
    ("SAFETY", _("Sicherheit")),
    ("HEALTH_MENTEE", _("Gesundheit: Mentee")),
    ("HEALTH_MENTOR", _("Gesundheit: Mentorin oder Mentor")),
    ("NOT_REACHABLE", _("Kontaktabbruch")),
    ("PROFESSIONAL_NEED", _("professionelle Hilfe nötig")),
    ("STATUS_CHANGE", _("Statuswechsel, Ausreise")),
    ("BEREAVEMENT", _("Todesfall")),
    ("PROVIDER_END", _("Auftragsende der Anbieterin")),
    ("NO_CONSENT", _("Einwilligung widerrufen")),
    ("OTHER", _("anderer Grund")),
)
GOAL_ATTAINMENT: Choices = (
    ("4", _("4 – vollständig erreicht")),
    ("3", _("3 – weitgehend erreicht")),
    ("2", _("2 – teilweise erreicht")),
    ("1", _("1 – nicht erreicht")),
    ("0", _("nicht beurteilbar")),
)
SATISFACTION: Choices = (
    ("4", _("4 – sehr zufrieden")),
    ("3", _("3 – zufrieden")),
    ("2", _("2 – wenig zufrieden")),
    ("1", _("1 – nicht zufrieden")),
)
FIT: Choices = (
    ("4", _("4 – sehr gut")),
    ("3", _("3 – gut")),
    ("2", _("2 – mässig")),
    ("1", _("1 – schlecht")),
)
MISSING_ITEMS: Choices = (
    ("consent", _("Einwilligung")),
    ("status", _("Status oder Nachweis")),
    ("contact", _("Kontaktangaben")),
    ("goals", _("Ziele")),
    ("availability", _("Verfügbarkeit")),
    ("representative", _("gesetzliche Vertretung")),
    ("other", _("anderes")),
)

# The languages most often asked for come first, then all others of ISO 639-1.
_FREQUENT = ("de", "ti", "fa-AF", "ar", "uk", "tr", "ku", "so", "ta", "sq", "sr", "hr", "pt", "es")
_OTHER_LANGUAGES = [
    "am",
    "az",
    "be",
    "bg",
    "bn",
    "bo",
    "bs",
    "cs",
    "da",
    "el",
    "en",
    "et",
    "fa",
    "fi",
    "fr",
    "gu",
    "ha",
    "he",
    "hi",
    "hu",
    "hy",
    "id",
    "ig",
    "it",
    "ja",
    "ka",
    "kk",
    "km",
    "ko",
    "ky",
    "ln",
    "lo",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "my",
    "ne",
    "nl",
    "no",
    "om",
    "or",
    "pa",
    "pl",
    "ps",
    "ro",
    "ru",
    "rw",
    "sd",
    "si",
    "sk",
    "sl",
    "sn",
    "sv",
    "sw",
    "te",
    "tg",
    "th",
    "tk",
    "tl",
    "uk",
    "ur",
    "uz",
    "vi",
    "wo",
    "yo",
    "zh",
    "zu",
]


def languages() -> Choices:
    """Languages by their name in the reader's language, the frequent ones first."""
    names = _locale_names("languages")
    special = {"fa-AF": _("Dari"), "ku": _("Kurdisch (Kurmandschi, Sorani)")}
    frequent = [(code, special.get(code) or names.get(code, code)) for code in _FREQUENT]
    others = [(code, names.get(code, code)) for code in set(_OTHER_LANGUAGES) - set(_FREQUENT)]
    return (*frequent, *sorted(others, key=_by_name), ("other", _("andere")))


def countries() -> Choices:
    """Countries by name in the reader's language; stateless and unknown at the end."""
    names = _locale_names("territories")
    real = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()]
    unreal = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC", "TA", "CQ"}
    listed = [(code, name) for code, name in real if code not in unreal]
    return (
        *sorted(listed, key=_by_name),
        ("STATELESS", _("staatenlos")),
        ("UNKNOWN", _("unbekannt")),
    )


def _by_name(choice: tuple[str, Any]) -> tuple[str, str]:
    return alphabetical(choice[1]), choice[0]


def _locale_names(kind: str) -> Any:
    locale = get_locale() or Locale("de", "CH")
    return getattr(locale, kind)
