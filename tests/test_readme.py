"""The README says what is true."""

import re
from pathlib import Path

from service_api.complaints.lifecycle import diagram

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_of_a_complaints_life_is_the_table() -> None:
    assert diagram() in README


def test_every_file_it_points_to_exists() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_command_it_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_it_names_every_setting_that_production_must_set() -> None:
    for name in (
        "TING_RASA_SECRET",
        "TING_SERVICE_TOKEN",
        "TING_CODE_PEPPER",
        "TING_DATABASE_URL",
        "TING_DEMO",
    ):
        assert name in README


def test_every_page_of_decisions_is_in_their_list() -> None:
    folder = ROOT / "service_api/decisions"
    listed = re.findall(r"\]\((\d\d-[^)]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(page.name for page in folder.glob("[0-9][0-9]-*.md"))
