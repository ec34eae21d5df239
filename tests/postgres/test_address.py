"""DATABASE_URL is read as libpq reads it; its faults are told without repeating the password."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from tongxin.postgres import django_settings
from tongxin.postgres.address import socket_folder
from tongxin.rules.errors import Invalid

HOME = Path("/srv/tongxin")


def read(url: str) -> dict:
    return django_settings({"DATABASE_URL": url}, HOME)


def test_every_part_of_a_url_is_kept():
    found = read("postgresql://me:s3cret@db.example:6432/city?sslmode=require&connect_timeout=3")

    assert {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "city",
        "USER": "me",
        "PASSWORD": "s3cret",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require", "connect_timeout": "3"},
    }


@pytest.mark.parametrize(
    ("url", "key", "value"),
    [
        ("postgres://u:p%40%3A%2F%25%E5%AF%86@h/city", "PASSWORD", "p@:/%密"),
        ("postgresql://h/%E5%9F%8E", "NAME", "城"),
        ("postgresql://u@[::1]:5433/city", "HOST", "::1"),
        ("postgresql:///city?host=/run/postgresql", "HOST", "/run/postgresql"),
        ("postgresql://%2Frun%2Fpostgresql/city", "HOST", "/run/postgresql"),
        ("postgresql://a:1,b:2/city?target_session_attrs=read-write", "PORT", "1,2"),
        ("  postgresql://h/city\n", "NAME", "city"),
    ],
)
def test_unusual_urls_are_understood(url, key, value):
    assert read(url)[key] == value


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://u:s3cret@h/city", "database_url.scheme"),
        ("h/city", "database_url.scheme"),
        ("postgresql://u:s3cret@h:port/city", "database_url.unreadable"),
        ("postgresql://u:s3cret%zz@h/city", "database_url.unreadable"),
        ("postgresql://u:s3cret@h/city?nonsense=1", "database_url.unreadable"),
        ("postgresql://u:s3cret@[::1/city", "database_url.unreadable"),
        ("postgresql://u:s3cret@h", "database_url.no_name"),
    ],
)
def test_a_url_that_cannot_be_read_is_refused_without_repeating_it(url, code):
    with pytest.raises(Invalid) as refused:
        read(url)

    assert refused.value.code == code
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize("environ", [{}, {"DATABASE_URL": ""}, {"DATABASE_URL": " "}])
def test_without_a_url_the_socket_in_the_home_is_meant(environ):
    found = django_settings(environ, HOME)

    assert (found["HOST"], found["NAME"], found["PASSWORD"]) == ("/srv/tongxin/postgres", "tongxin", "")


@pytest.mark.parametrize("name", ["x" * 100, "a,b", "城" * 40])
def test_a_home_whose_socket_has_no_usable_path_gets_a_short_name_that_stays_the_same(name):
    short = socket_folder(HOME / name)

    assert len(str(short)) < 60
    assert short == socket_folder(HOME / name)
    assert short != socket_folder(HOME / (name + "x"))


def test_django_takes_the_settings_as_they_are():
    settings = {"TIME_ZONE": None, "CONN_HEALTH_CHECKS": True, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False}
    found = read("postgresql://me:s3cret@db.example/city?sslmode=require")

    arguments = DatabaseWrapper(settings | found).get_connection_params()

    assert arguments["dbname"] == "city"
    assert arguments["sslmode"] == "require"


def test_reading_the_settings_starts_nothing_and_writes_nothing(tmp_path):
    say = f"from tongxin.postgres import django_settings as d; from pathlib import Path; d({{}}, Path('{tmp_path}/h'))"

    subprocess.run([sys.executable, "-c", say], check=True)

    assert not list(tmp_path.iterdir())
