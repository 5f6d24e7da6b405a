"""A bare installation: what `intake upgrade` and the first administrator leave, and nobody's data."""

import shutil

import pytest

from intake import accounts, create_app
from intake.demo.people import PASSWORD
from intake.forms import vocabulary
from models.migrations import upgrade
from models.organisations import organisation_called
from models.people import Role
from models.reference import load_reference
from models.session import connect, db
from tests.browser import Web
from tests.conftest import config_for
from workflows.diagrams.published import ship

FIRST = "first@example.org"


@pytest.fixture(scope="session")
def bare_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    url = f"sqlite:///{folder / 'bare.db'}"
    upgrade(url)
    app = create_app(config_for(url, folder))
    with app.test_request_context():
        load_reference()
        ship(vocabulary())
        vseg = organisation_called("VSEG")
        accounts.add_user(FIRST, "Anna", "Erste-Demo", vseg, Role.ADMINISTRATOR, PASSWORD)
        db.remove()
    with app.extensions["engine"].connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    app.extensions["engine"].dispose()
    return folder / "bare.db"


@pytest.fixture
def bare_url(bare_file, tmp_path):
    shutil.copy(bare_file, tmp_path / "bare.db")
    return f"sqlite:///{tmp_path / 'bare.db'}"


@pytest.fixture
def bare(bare_url, tmp_path):
    """The application of a bare installation, to click through."""
    app = create_app(config_for(bare_url, tmp_path), connect(bare_url))
    yield Web(app)
    app.extensions["engine"].dispose()
