"""A file is what its content says; its name and declared type must not say otherwise."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_api.core.files import (
    LARGEST,
    LyingName,
    LyingType,
    TooLarge,
    UnknownType,
    check_file,
    sniff,
    tidy_name,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize("declared", ["image/png", "IMAGE/PNG; q=1", "", "application/octet-stream"])
def test_a_declared_type_that_agrees_or_says_nothing_is_taken(declared: str) -> None:
    assert check_file(name="a.png", content=PNG, declared=declared).media_type == "image/png"


@pytest.mark.parametrize("declared", ["application/pdf", "text/html", "image/svg+xml", "nonsense"])
def test_a_declared_type_that_lies_is_refused(declared: str) -> None:
    with pytest.raises(LyingType):
        check_file(name="a.png", content=PNG, declared=declared)


def test_a_table_of_figures_may_be_called_by_its_own_name() -> None:
    assert check_file(name="账.csv", content=b"1,2\n", declared="text/csv").media_type == "text/plain"


def test_text_of_a_chinese_windows_is_text() -> None:
    assert sniff("卡被盗刷了，请处理".encode("gb18030")) == "text/plain"


@pytest.mark.parametrize("content", [b"", b"a\x00b", b"\xff\xfe\x00", b"PK\x03\x04", b"\x7fELF"])
def test_what_is_on_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(UnknownType):
        sniff(content)


def test_one_byte_too_many_is_refused() -> None:
    with pytest.raises(TooLarge):
        check_file(name="a.png", content=PNG + bytes(LARGEST + 1 - len(PNG)))


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.TXT", "a.TXT"),
        ("a\x00\u202etxt.txt", "atxt.txt"),
        ("长" * 300 + ".txt", "长" * 116 + ".txt"),
        ('say "hi".txt', "say 'hi'.txt"),
    ],
)
def test_a_name_is_only_a_name(name: str, tidy: str) -> None:
    assert tidy_name(name, "text/plain") == tidy


@given(st.binary(max_size=200), st.text(max_size=80))
def test_no_content_and_no_name_is_an_error_of_ours(content: bytes, name: str) -> None:
    try:
        tidy = tidy_name(name, sniff(content))
    except (UnknownType, LyingName):
        return
    assert "/" not in tidy
    assert Path(tidy).name == tidy
