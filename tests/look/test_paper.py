"""Setting pages on paper: nothing from outside gets into them, and a system that cannot says what it lacks."""

import sys

import pytest

from tongxin.look import paper
from tongxin.rules.errors import Refused


def test_a_page_becomes_a_document():
    made = paper.pdf_of("<title>KC261120-0417</title><p>同心</p>")

    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")


@pytest.mark.slow
def test_a_page_loads_nothing_from_outside(tmp_path):
    kept = tmp_path / "kept.html"
    kept.write_text("<p>secret</p>")
    plain = "<p>同心</p>"

    with_links = plain + f'<img src="file://{kept}"><link rel="attachment" href="file://{kept}">'

    assert abs(len(paper.pdf_of(with_links)) - len(paper.pdf_of(plain))) < 200
    assert b"EmbeddedFile" not in paper.pdf_of(with_links)


def test_a_system_without_the_library_of_type_is_told_what_to_install(monkeypatch):
    lacking = "import sys; sys.exit(\"OSError: cannot load library 'libpango-1.0-0'\")"
    monkeypatch.setattr(paper, "COMMAND", (sys.executable, "-c", lacking))

    with pytest.raises(Refused, match=r"print\.no_pango") as refusal:
        paper.pdf_of("<p>同心</p>")

    assert "libpango-1.0-0" in str(refusal.value.facts["packages"])


def test_another_failure_is_not_taken_for_it(monkeypatch):
    monkeypatch.setattr(paper, "COMMAND", (sys.executable, "-c", "raise SystemExit('out of paper')"))

    with pytest.raises(RuntimeError, match="out of paper"):
        paper.pdf_of("<p>同心</p>")


def test_a_code_is_drawn_without_anything_from_outside():
    drawn = paper.qr("https://example.org/go/matter/KC261120-0417")

    assert drawn.startswith("<svg")
    assert "http" not in drawn.replace("http://www.w3.org", "")
