"""POST /api/v1/matters."""

import pytest

from tests.interfaces.api.conftest import a_body
from tongxin.apps.matters.models import Matter


def test_a_partner_reports_a_matter_and_learns_its_number(caller):
    answer = caller("grid_worker").post("/matters", a_body())

    told = answer.json()
    assert answer.status_code == 201, told
    assert told["state"] == "awaiting_acceptance"
    assert told["area"] == {
        "code": "330802001001001",
        "name": "松园社区 01 网格",
        "chain": ["浙江省", "衢州市", "柯城区", "荷花街道", "松园社区", "松园社区 01 网格"],
    }
    assert answer["Location"] == told["links"]["self"] == f"/api/v1/matters/{told['number']}"
    assert Matter.objects.get().number == told["number"]
