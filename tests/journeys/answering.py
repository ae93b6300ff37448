"""The desk answers and closes complaints, by the pages its people use."""

import re
from collections.abc import Callable, Mapping

from service_api.demo.people import Employee, Overtaken, StoryFailed
from service_api.demo.play import sign_in_as

LEAD = "班组长"  # may see every complaint, and approve
WORDS = {
    "findings": "经查，该笔费用系系统重复扣收。",
    "basis": "本行收费管理办法第十二条。",
    "reasons": "系统故障，责任在本行。",
    "remedies": "已退回多扣的费用，并向您致歉。",
}
_VERSION = re.compile(r'name="version" value="(\d+)"')


def answer_complaint(address: str, number: str) -> None:
    """From receipt to the decision that goes to the customer. Raises `StoryFailed`."""
    proposed = (("acknowledge", {}), ("investigate", {}), ("propose_decision", WORDS))
    _press_each(address, number, *proposed, ("approve_decision", {}), ("send_answer", {}))


def close_complaint(address: str, number: str) -> None:
    """One that was answered. Raises `StoryFailed`."""
    _press_each(address, number, ("close", {}))


CASE_ACTS: Mapping[str, Callable[[str, str], None]] = {"answers": answer_complaint, "closes": close_complaint}
"""What people do about a complaint, of which the customer hears: (address, number)."""


def _press_each(address: str, number: str, *steps: tuple[str, dict[str, str]]) -> None:
    lead = sign_in_as(address, LEAD)
    try:
        for step, words in steps:
            _press(lead, number, step, words)
    finally:
        lead.leave()


def _press(lead: Employee, number: str, step: str, words: dict[str, str]) -> None:
    """Anew when the case was moved meanwhile, as by the worker who gives it to an agent."""
    page = f"/desk/complaints/{number}"
    for last in (False, True):
        version = _VERSION.search(lead.page(page))
        if version is None:
            raise StoryFailed(f"{lead.username} can do nothing to {number}")
        try:
            lead.press(f"{page}/{step}", on=page, version=version[1], **words)
            return
        except Overtaken:
            if last:
                raise
