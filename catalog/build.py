"""Make the catalog: event_templates.csv and source/*.toml in, templates, routing, standard_units and texts.json out.

Run `python catalog/build.py` after editing a source. Standard library and rules only. How a field is written
in a source:

    "key! | 标题 | English title | kind"      the mark ! makes it required

where kind is one of

    yes                     a yes or no
    text 60                 words, at most so many characters
    date                    a calendar day
    int 200 个=pieces       a whole number from 0 to so many, with its unit; also "int 2000-2100"
    num 500 米=m            a number from 0 to so many, with its unit
    one 甲=first / 乙=second   exactly one of these
    @money                  a shared list, see BANDS
"""

import csv
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "src"))

from tongxin.rules.classes import MatterClass  # noqa: E402
from tongxin.words import label  # noqa: E402

PHOTOS = {"A": "0 0", "B": "1 1", "C": "1 1", "D": "1 1", "E": "1 1", "F": "0 0", "G": "0 0", "H": "0 1", "I": "0 0"}
LEVELS = {"G": ("网格", "grid"), "V": ("村社", "village"), "T": ("镇街", "town"), "C": ("县区", "county")}
AT_ONCE = "5m"  # 即时: as long as an urgent matter may wait to be accepted (domain.md §3.1 row 2)
EXTRA_LIMITS = {
    "停工": ("停工", "Stop work"),
    "首报": ("首次报告", "First report"),
    "警戒": ("现场警戒", "Cordon on site"),
    "即时": ("当场答复", "Answer on the spot"),
}
BANDS = {
    "@households": "one 1 户=1 household / 2–4 户=2 to 4 / 5–9 户=5 to 9 / 10–49 户=10 to 49 / 50 户以上=50 or more",
    "@people": "one 1–4 人=1 to 4 / 5–9 人=5 to 9 / 10–29 人=10 to 29 / 30–99 人=30 to 99 / 100 人以上=100 or more",
    "@money": "one 1 千元以下=under 1,000 yuan / 1 千–1 万元=1,000 to 10,000 / 1 万–5 万元=10,000 to 50,000"
    " / 5 万–20 万元=50,000 to 200,000 / 20 万–100 万元=200,000 to 1 million / 100 万元以上=over 1 million",
    "@period": "one 清晨（6–9 时）=early morning (6 to 9) / 白天（9–18 时）=day (9 to 18)"
    " / 傍晚（18–22 时）=evening (18 to 22) / 夜间（22–6 时）=night (22 to 6)",
    "@injury": "one 无人受伤=nobody hurt / 轻微=slight / 需就医=needs a doctor / 需住院=needs hospital",
}


def build() -> dict[str, Any]:
    """Return what each file of the catalog must hold, by its name."""
    with open(HERE / "event_templates.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = {code: entry for letter in MatterClass for code, entry in _source(letter).items()}
    if set(told) != {row["code"] for row in rows}:
        raise SystemExit(f"sources and table differ: {sorted(set(told) ^ {row['code'] for row in rows})}")
    units = _source("units")
    templates = [_template(row, told[row["code"]]) for row in rows]
    classes = [{"code": each.value, "name": label(each), "name_en": label(each, "en")} for each in MatterClass]
    return {
        "templates.json": {"classes": classes, "templates": templates},
        "routing.json": {"rules": [*_first_rules(), *_template_rules(templates, units)]},
        "standard_units.json": {"kinds": [_kind(name, entry) for name, entry in units.items()]},
        "texts.json": {"texts": [_text(entry) for entry in _source("texts")["text"]]},
    }


def text_of(content: Any) -> str:
    """Return the file's text: stable, so that a difference is a change of content."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _source(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / "source" / f"{name}.toml").read_text(encoding="utf-8"))


def _template(row: dict[str, str], told: dict[str, Any]) -> dict[str, Any]:
    code = row["code"]
    before, after = told.get("photos", PHOTOS[code[0]]).split()
    form = _form(told["fields"])
    limit, extra_limits, transfer_to = _limits(row["limit"])
    return {
        "code": code,
        "class": code[0],
        "name": row["name_zh"],
        "name_en": told["en"],
        "keywords": told["words"].split(),
        "standard_class": "" if row["gbt30428_class"] == "-" else row["gbt30428_class"],
        "level": row["level"],
        "urgency": row["urgency"],
        "limit": limit,
        "extra_limits": extra_limits,
        "transfer_to": transfer_to,
        "unit_kinds": told["units"].split(),
        "may_settle": told.get("settle", False),
        "is_sealed": "sealed" in told,
        "sealed_because": told.get("sealed", ""),
        "before_photos": int(before),
        "after_photos": int(after),
        "filing_condition": told["file"],
        "filing_condition_en": told["file_en"],
        "closing_condition": told["done"],
        "closing_condition_en": told["done_en"],
        "form": form,
        "samples": [_sample(sample, form) for sample in told["samples"]],
    }


def _limits(written: str) -> tuple[str, list[dict[str, str]], str]:
    """Return (handling limit, further named limits, number the matter is transferred to) of the table's column."""
    if transfer := re.fullmatch(r"转(\d+)即时", written):
        return AT_ONCE, [], transfer[1]
    *others, main = written.split(";")
    extra = []
    for other in others:
        amount = re.search(r"\d+(m|h|wh|wd)", other)
        name, english = EXTRA_LIMITS[other.replace(amount[0], "") if amount else other]
        extra.append({"name": name, "name_en": english, "limit": amount[0] if amount else AT_ONCE})
    return main.removeprefix("处置"), extra, ""


def _form(fields: list[str]) -> dict[str, Any]:
    properties, required = {}, []
    for order, field in enumerate(fields, start=1):
        key, title, english, kind = (part.strip() for part in field.split(" | "))
        if key.endswith("!"):
            required.append(key[:-1])
        properties[key.removesuffix("!")] = _property(title, english, BANDS.get(kind, kind)) | {"x-order": order}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(title: str, english: str, kind: str) -> dict[str, Any]:
    word, _, rest = kind.partition(" ")
    titles = {"title": title, "x-title-en": english}
    if word == "yes":
        return {"type": "boolean", **titles}
    if word == "date":
        return {"type": "string", "format": "date", "maxLength": 10, **titles}
    if word == "text":
        return {"type": "string", "minLength": 1, "maxLength": int(rest), **titles}
    if word == "one":
        pairs = [choice.strip().split("=") for choice in rest.split(" / ")]
        values = [value for value, _ in pairs]
        return {"type": "string", "enum": values, "x-enum-en": [english for _, english in pairs], **titles}
    if word in ("int", "num"):
        return _number("integer" if word == "int" else "number", rest, titles)
    raise SystemExit(f"no such kind of field: {kind!r}")


def _number(of_type: str, rest: str, titles: dict[str, str]) -> dict[str, Any]:
    span, _, unit = rest.partition(" ")
    least, _, most = span.rpartition("-")
    if unit:
        chinese, english = unit.split("=")
        titles = {
            "title": _with_unit(titles["title"], f"（{chinese}）", chinese),
            "x-title-en": _with_unit(titles["x-title-en"], f" ({english})", english),
        }
    return {"type": of_type, "minimum": int(least or 0), "maximum": int(most), **titles}


def _with_unit(title: str, suffix: str, unit: str) -> str:
    return title if unit in title.lower() else title + suffix


def _sample(written: str, form: dict[str, Any]) -> dict[str, Any]:
    """Return a sample report; what follows "||" answers the form's fields in order, "-" leaves one open."""
    text, _, answers = written.partition(" || ")
    given = zip(form["properties"].items(), answers.split("|") if answers else [], strict=False)
    return {"text": text, "form": {key: _answer(field, word) for (key, field), word in given if word != "-"}}


def _answer(field: dict[str, Any], word: str) -> str | int | float | bool:
    if field["type"] == "boolean":
        return {"是": True, "否": False}[word]
    if field["type"] in ("integer", "number"):
        return float(word) if "." in word else int(word)
    return word


def _first_rules() -> list[dict[str, Any]]:
    return [{"code": f"R-{number:03}", **rule} for number, rule in enumerate(_source("routing")["rule"], start=1)]


def _template_rules(templates: list[dict[str, Any]], units: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rules that follow from the templates: each kind of unit in turn, the nearest one upward."""
    return [
        {
            "code": f"{template['code']}-{number}",
            "match": {"templates": [template["code"]]},
            "target": {"kind": kind, "level": template["level"]},
            **_why(template, units[kind], number),
        }
        for template in templates
        for number, kind in enumerate(template["unit_kinds"], start=1)
    ]


def _why(template: dict[str, Any], unit: dict[str, str], number: int) -> dict[str, str]:
    level, level_en = LEVELS[template["level"]]
    turn, turn_en = ("", "") if number == 1 else ("前一类单位没有设立时，", ", where no unit before it exists")
    return {
        "why": f"{turn}“{template['name']}”归口{unit['label']}，从{level}起就近向上找承办单位",
        "why_en": f"{template['name_en']} belongs to {unit['en']}: the nearest from the {level_en} upward{turn_en}",
    }


def _kind(name: str, entry: dict[str, str]) -> dict[str, Any]:
    stands = [{"level": level, "name": entry[level]} for level in "VTCY" if level in entry]
    return {"kind": name, "label": entry["label"], "label_en": entry["en"], "stands": stands}


def _text(entry: dict[str, str]) -> dict[str, str]:
    columns = ("code", "template", "act", "state", "title", "text", "title_en", "text_en")
    if unknown := set(entry) - set(columns):
        raise SystemExit(f"{entry['code']}: {sorted(unknown)}")
    return {name: entry.get(name, "") for name in columns}


if __name__ == "__main__":
    for name, content in build().items():
        (HERE / name).write_text(text_of(content), encoding="utf-8")
        print(f"{name}: {len(list(content.values())[-1])}")
