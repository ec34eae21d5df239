"""The ledger from a list: looked at first, entered once, each row that will not do told with its line."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests import town as towns
from tongxin.apps.devices.models import Device

HEAD = "编码,类别,权属单位,经度,纬度,位置,心跳分钟"


def listed(path, *rows):
    path.write_text("\n".join([HEAD, *rows]), encoding="gb18030")
    return path


def run(path, *options):
    out = StringIO()
    call_command("import_devices", str(path), *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_writes_nothing_and_a_second_run_changes_nothing(town, tmp_path):
    lon, lat = towns.SONGYUAN_01
    path = listed(
        tmp_path / "devices.csv",
        f"WL-1,水位计,柯城区市政路灯所,{lon},{lat},下穿通道,5",
        f"VC-1,camera,sanitation,{lon},{lat},菜场东门,",
        f"VC-2,人脸抓拍机,sanitation,{lon},{lat},菜场东门,",
        f"VC-3,camera,sanitation,东,{lat},菜场东门,",
        f"VC-4,camera,没有这个单位,{lon},{lat},菜场东门,",
    )

    looked = run(path, "--dry-run")
    after_look = Device.objects.count()
    first, again = run(path), run(path)

    assert "新登记 2" in looked and after_look == 0
    assert "新登记 2，修改 0，不变 0，未收 3" in first
    assert "新登记 0，修改 0，不变 2，未收 3" in again
    assert all(f"第 {line} 行" in first for line in (4, 5, 6))
    assert list(Device.objects.order_by("code").values_list("code", "owner__code", "heartbeat_minutes")) == [
        ("VC-1", "sanitation", 60),
        ("WL-1", "lamps", 5),
    ]


def test_a_list_without_a_column_it_needs_is_refused_whole(town, tmp_path):
    path = tmp_path / "devices.csv"
    path.write_text("编码,类别\nWL-1,水位计\n", encoding="utf-8")

    with pytest.raises(SystemExit):
        run(path)
    assert not Device.objects.exists()
