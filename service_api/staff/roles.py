"""What each role may do: one table."""

from enum import StrEnum


class Permission(StrEnum):
    ANSWER_CUSTOMERS = "answer customers"
    HANDLE_COMPLAINTS = "handle complaints"
    SEE_ALL_COMPLAINTS = "see all complaints"
    APPROVE = "approve decisions and extensions"
    ORGANISE = "say who handles what"
    SUPERVISE = "see the complaint log and reports"
    MANAGE_ARTICLES = "write, review and publish articles"
    MANAGE_SETTINGS = "change ladders, calendars and staff"
    READ_AUDIT = "read the audit log"


_AGENT = frozenset({Permission.ANSWER_CUSTOMERS, Permission.HANDLE_COMPLAINTS})
_LEAD = _AGENT | {Permission.SEE_ALL_COMPLAINTS, Permission.APPROVE, Permission.SUPERVISE}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    "agent": _AGENT,
    "team_lead": _LEAD
    | {Permission.ORGANISE, Permission.MANAGE_ARTICLES},  # a second pair of eyes for the supervisor's texts
    "branch_manager": _LEAD,
    "supervisor": _LEAD
    | {
        Permission.ORGANISE,
        Permission.MANAGE_ARTICLES,
        Permission.MANAGE_SETTINGS,
        Permission.READ_AUDIT,
    },
    "auditor": frozenset({Permission.SEE_ALL_COMPLAINTS, Permission.SUPERVISE, Permission.READ_AUDIT}),
}
