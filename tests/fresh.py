"""One PostgreSQL database for test after test: every one finds the office as it was furnished.

Making a database anew for each test writes some 8 MB to the disk, which takes longer than most tests.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

#: A copy of every table beside the office's own, and what the tables looked like when it was made.
KEEP = """
CREATE SCHEMA kept;
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%%I AS TABLE public.%%I', one.name, one.name);
  END LOOP;
END $$;
CREATE VIEW kept."shape of all" AS
  SELECT md5(string_agg(concat_ws(' ', c.oid, c.relname, a.attnum, a.attname, a.atttypid, a.attnotnull), ','
    ORDER BY c.oid, a.attnum)) AS digest
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = to_regnamespace('public');
CREATE TABLE kept."shape" AS TABLE kept."shape of all";
CREATE TABLE kept."counters" AS SELECT sequencename AS name, last_value, start_value FROM pg_sequences
  WHERE schemaname = 'public';
"""
#: All rows away and the kept ones back, with the counters; triggers and foreign keys rest meanwhile.
PUT_BACK = """
SET LOCAL session_replication_role = replica;
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%%I', one.name);
    EXECUTE format('INSERT INTO public.%%I SELECT * FROM kept.%%I', one.name, one.name);
  END LOOP;
  FOR one IN SELECT * FROM kept."counters" LOOP
    PERFORM setval(format('public.%%I', one.name)::regclass,
      coalesce(one.last_value, one.start_value), one.last_value IS NOT NULL);
  END LOOP;
END $$;
"""
LEAVE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def execute(url: str, *statements: str) -> None:
    """Run statements, each by itself."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


class Databases:
    """The databases of one run on a server: what is copied, and the one that tests use in turn."""

    def __init__(self, server: str) -> None:
        run = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"  # the server may be shared
        self._admin = server.format(name="postgres")
        self._template, self._name = f"office_{run}", f"test_{run}"
        self.template_url = server.format(name=self._template)
        self.url = server.format(name=self._name)
        execute(self._admin, f"CREATE DATABASE {self._template}")

    def keep(self) -> None:
        """Remember the office as it is furnished, and make the database of the tests."""
        execute(self.template_url, KEEP)
        execute(self._admin, f"CREATE DATABASE {self._name} TEMPLATE {self._template}")

    def fresh(self) -> str:
        """The URL of the database, as if it had just been made."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(LEAVE)
            same = 'SELECT (SELECT digest FROM kept."shape of all") = (SELECT digest FROM kept."shape")'
            as_it_was = connection.exec_driver_sql(same).scalar_one()
            if as_it_was:
                connection.exec_driver_sql(PUT_BACK)
        engine.dispose()
        if not as_it_was:  # a test has changed the tables themselves
            self._drop(self._name)
            execute(self._admin, f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        return self.url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a database in which there is nothing at all."""
        name = f"{self._name}_empty"
        execute(self._admin, f"CREATE DATABASE {name}")
        try:
            yield self.url.replace(self._name, name)
        finally:
            self._drop(name)

    def remove(self) -> None:
        """Nothing of this run stays on the server."""
        self._drop(self._name)
        self._drop(self._template)

    def _drop(self, name: str) -> None:
        execute(self._admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
