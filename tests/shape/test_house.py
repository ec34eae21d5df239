"""The shape of the house: what import-linter cannot see."""

import ast
import re
import subprocess
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tongxin"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
MODULES = {
    ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES
}
STOREYS = (  # each may look down, never up, nor at its neighbor
    ("journal",),
    ("areas",),
    ("people",),
    ("matters",),
    ("devices", "hotline", "alarms"),
    ("patrols", "publicity"),
    ("insight", "notify"),
)
ORDER = {app: height for height, storey in enumerate(STOREYS) for app in storey}
OURS = [model for model in apps.get_models() if model._meta.app_label in ORDER]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return what a file imports, at its head or later: modules, and of ours the files that names are taken from."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= (names & MODULES.keys()) | ({node.module} if names - MODULES.keys() else set())
    return frozenset(found)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_keys_point_down_and_leave_no_way_back_up(model):
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey) or field.related_model._meta.app_label == model._meta.app_label:
            continue
        there = field.related_model._meta.app_label

        assert ORDER[there] < ORDER[model._meta.app_label], f"{field} points up"
        assert field.remote_field.related_name == "+", f"{field} gives {there} a way back up"


def test_the_journal_has_no_foreign_keys():
    for model in apps.get_app_config("journal").get_models():
        assert not [field for field in model._meta.get_fields() if field.is_relation]


def test_nobody_uses_signals():
    assert [path for path in FILES if any(name.startswith("django.dispatch") for name in imports(path))] == []
    assert [path for path in FILES if any(name.startswith("django.db.models.signals") for name in imports(path))] == []


def test_no_file_imports_itself_in_a_circle():
    """Not even late, inside a function, or for its types only."""
    needs = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}

    TopologicalSorter(needs).prepare()  # raises CycleError, which names the circle


def test_no_app_reaches_another_ones_models_by_name():
    assert [path for path in FILES if "get_model(" in path.read_text(encoding="utf-8")] == []


def test_nothing_overrides_save():
    for model in OURS:
        assert "save" not in vars(model), model


def test_rules_import_the_standard_library_only():
    import sys

    for path in (SOURCE / "rules").rglob("*.py"):
        outside = {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names) - {"tongxin"}
        inside = {name for name in imports(path) if name.startswith("tongxin") and not name.startswith("tongxin.rules")}

        assert not outside | inside, path


def test_rules_never_look_at_the_clock():
    """The clock is an argument. `datetime.now`, `date.today` and `time.time` would make a rule depend on the day."""
    looks = re.compile(r"\b(now|today|utcnow|time|monotonic)\(\)")
    for path in (SOURCE / "rules").rglob("*.py"):
        assert not looks.search(path.read_text(encoding="utf-8")), path


def test_a_day_is_the_local_one():
    """`now.date()` is the day in Greenwich: until eight in the morning that is yesterday. `localdate(now)` is today."""
    for path in FILES:
        assert not re.search(r"\b(now|at|moment|then)\.date\(\)", path.read_text(encoding="utf-8")), path


def test_every_action_names_who_acts_and_when():
    """Public functions that write take `by` and `now`; pure helpers are private."""
    for path in [*SOURCE.glob("apps/*/actions.py"), *SOURCE.glob("apps/*/actions/*.py")]:
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            wraps = [ast.unparse(each) for each in node.decorator_list]
            if not any("atomic" in each for each in wraps):
                continue
            given = {arg.arg for arg in [*node.args.args, *node.args.kwonlyargs]}
            assert {"by", "now"} <= given or "batch" in given, f"{path.name}:{node.name}"


def test_matters_come_in_through_one_door_only():
    """Rows of matters are written for intake alone: nobody else inserts one."""
    writes = re.compile(
        r"Matter\.objects\.(create|bulk_create)|(?<!class )(?<!shapes\.)\bMatter\("
        r"|INSERT INTO matters_matter|rows\.matters\.add"
    )
    found = {path.name for path in FILES if writes.search(path.read_text(encoding="utf-8"))}

    assert found <= {"writing.py", "models.py"}
    assert [path.name for path in FILES if "tongxin.apps.matters.writing" in imports(path)] == ["intake.py"]


def committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_locks_name_no_registry_host():
    host = re.compile(r"https?://|--index-url|--extra-index|registry\.|\"resolved\"")
    for name in ("requirements.lock", "package-lock.json", ".npmrc"):
        text = (ROOT / name).read_text(encoding="utf-8")
        # where a package asks for donations is no place it comes from
        text = re.sub(r'"funding": (\{[^}]*\}|\[[^\]]*\]|"[^"]*")', "", text)

        assert not host.search(text), name
    assert "uv.lock" not in committed()


def test_no_binary_and_nothing_large_is_committed():
    for name in committed():
        path = ROOT / name
        if not path.is_file():
            continue
        assert path.stat().st_size < 800_000, name
        if path.suffix not in {".png", ".webp", ".jpg"}:
            assert b"\0" not in path.read_bytes()[:4096], name


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = (
        re.search(r"^dependencies = \[\n(.*?)^\]", text, re.S | re.M)[1]
        + re.search(r"^dev = \[\n(.*?)^\]", text, re.S | re.M)[1]
    )
    for line in block.splitlines():
        assert re.search(r'",\s+# .{8,}', line), line
