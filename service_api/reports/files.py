"""Tables as files: CSV streamed by line, or a workbook written by row. Nothing a spreadsheet would run."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import IO

import xlsxwriter

BOM = "\ufeff"  # spreadsheets take the file for UTF-8 only with it
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 32_768
_IN_MEMORY = 1 << 20
Cell = object


def csv_lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_text(value) for value in row])
        if buffer.tell() > _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def workbook(rows: Iterable[Iterable[Cell]], *, sheet: str) -> Iterator[bytes]:
    """An .xlsx file. Rows go to disk as they come; text stays text, whatever it begins with."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        _write(file, rows, sheet)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _write(file: IO[bytes], rows: Iterable[Iterable[Cell]], sheet: str) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet(sheet)
        heading = book.add_format({"bold": True})
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    page.write_number(number, column, value)
                elif value is not None:
                    page.write_string(number, column, _plain(value), heading if number == 0 else None)


def _plain(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(value: Cell) -> str:
    """What a spreadsheet would run as a formula gets a quote before it."""
    if value is None:
        return ""
    text = _plain(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
