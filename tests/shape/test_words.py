"""One word for one thing: enums, labels, refusals, the glossary and the message catalogue agree."""

import ast
import inspect
import pkgutil
import re
from collections import Counter
from enum import Enum
from importlib import import_module
from pathlib import Path

import tongxin.rules
from tongxin import words

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "tongxin"


def enums() -> set[type[Enum]]:
    found = set()
    for module in pkgutil.walk_packages(tongxin.rules.__path__, "tongxin.rules."):
        for _, each in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(each, Enum) and each.__module__.startswith("tongxin.rules"):
                found.add(each)
    return found


def test_every_member_of_every_enum_has_a_chinese_word():
    for kind in enums():
        assert set(words.LABELS[kind]) == set(kind), kind


def test_no_words_are_kept_for_enums_that_are_gone():
    assert set(words.LABELS) == enums()


def refusal_codes() -> set[str]:
    """Return every code raised anywhere: the first argument of Refused and its kinds."""
    names = {"Refused", "Invalid", "NotAllowed", "Missing", "Stale", "StepRefused", "TooOften"}
    found = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if any(name in text for name in (*names, "super().__init__(")) else ():
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                is_super = called == "__init__" and isinstance(node.args[0].value, str) and "." in node.args[0].value
                if called in names or is_super:
                    found.add(node.args[0].value)
    return {code for code in found if isinstance(code, str) and re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", code)}


def test_every_refusal_has_its_sentence_in_both_languages():
    missing = refusal_codes() - set(words.REFUSALS)

    assert missing == set()
    for code, (chinese, english) in words.REFUSALS.items():
        assert re.search(r"[\u4e00-\u9fff]", chinese), code
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"[“”].*?[“”]", "", english)), code


def test_a_refusal_is_said_in_one_place():
    tables = [import_module(name).REFUSALS for name in ("tongxin.words.house", *sentences())]

    said = Counter(code for table in tables for code in table)
    assert [code for code, times in said.items() if times > 1] == []
    assert set(said) == set(words.REFUSALS)


def sentences() -> list[str]:
    """Return the modules that apps and doors keep their sentences in."""
    found = (path.relative_to(SOURCE.parent).with_suffix("") for path in SOURCE.rglob("sentences*"))
    return sorted(".".join(path.parts) for path in found if "__pycache__" not in path.parts)


def test_both_languages_of_a_sentence_use_the_facts_they_are_given():
    for code, (chinese, english) in words.REFUSALS.items():
        told = set(re.findall(r"\{(\w+)\}", chinese))
        assert set(re.findall(r"\{(\w+)\}", english)) <= told, code


BOUND = {"State", "Act", "Role", "Clock", "Lamp", "Channel", "UnitKind", "CloseKind", "Ground", "Overlay", "Kind"}


def test_the_glossary_binds_every_state_act_and_role():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = {
        tuple(cell.strip() for cell in line.strip("|").split("|"))[:3]
        for line in text.splitlines()
        if line.startswith("|")
    }
    bound = {(row[0], row[2].strip("`")) for row in rows if len(row) == 3}
    for kind in enums():
        if kind.__name__ not in BOUND:
            continue
        for member in kind:
            assert (words.LABELS[kind][member], f"{name_of(kind)}.{member.name}") in bound, member


def name_of(kind: type[Enum]) -> str:
    """Return how the glossary writes an enum: those of overlays, which are many, with their file."""
    *_, package, module = kind.__module__.split(".")
    is_apart = (package == "overlays" and module != "frame") or module == "proposals"
    return f"{module}.{kind.__name__}" if is_apart else kind.__name__
