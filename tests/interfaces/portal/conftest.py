"""The residents' door as tests find it: the town's brands, nobody counted yet, Chinese compiled."""

from pathlib import Path

import pytest
from django.test import Client

from tongxin.apps.publicity import queries
from tongxin.apps.publicity.models import Brand
from tongxin.look import catalog

ROOT = Path(__file__).resolve().parents[3]
SERVICE = {
    "icon": "scale",
    "title": "申请调解",
    "title_en": "Mediation",
    "note": "不收费",
    "text": "双方都愿意才调解。",
}


@pytest.fixture(scope="session", autouse=True)
def compiled():
    catalog.compile_catalog()


@pytest.fixture
def brands(town):
    """Two brands of the town: the city's, and that of 柯城."""
    Brand.objects.create(
        area="3308", slug="quzhou", name="衢州村情通", name_en="Quzhou", color="#1f4f7b", hotline="12345"
    )
    Brand.objects.create(
        area="330802",
        slug="kecheng",
        name="柯城点点通",
        name_en="Kecheng",
        color="#3f4a8a",
        hotline="12345",
        services=[SERVICE],
    )
    queries.forget()


@pytest.fixture
def phone(town) -> Client:
    """A resident's browser: no account, speaks Chinese."""
    return Client(headers={"accept-language": "zh-hans"})
