"""A real browser for this folder's stories, and the application at an address."""

import pytest

from intake import create_app
from models.session import connect
from tests.conftest import config_for
from tests.journeys.chromium import chromium, served


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def live(sqlite_url, tmp_path):
    app = create_app(config_for(sqlite_url, tmp_path), connect(sqlite_url))
    with served(app) as address:
        yield app, address
    app.extensions["engine"].dispose()
