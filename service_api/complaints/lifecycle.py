"""The life of a complaint, as one table. How far it has been escalated is not a state."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service_api.core.problems import Conflict, Forbidden
from service_api.staff.roles import PERMISSIONS, Permission


class State(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    WAITING_FOR_CUSTOMER = "waiting_for_customer"
    DECISION_PROPOSED = "decision_proposed"
    DECISION_APPROVED = "decision_approved"
    ANSWERED = "answered"
    REVIEW = "review"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    CONTACT_CUSTOMER = "contact_customer"
    INVESTIGATE = "investigate"
    ASK_CUSTOMER = "ask_customer"
    CUSTOMER_REPLIED = "customer_replied"
    PROPOSE_DECISION = "propose_decision"
    RETURN_DECISION = "return_decision"
    APPROVE_DECISION = "approve_decision"
    SEND_ANSWER = "send_answer"
    ACCEPT = "accept"
    REJECT = "reject"
    CLOSE = "close"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


ENDED = frozenset({State.CLOSED, State.WITHDRAWN})
OPEN = tuple(state for state in State if state not in ENDED)
UNDECIDED = (
    State.RECEIVED,
    State.ACKNOWLEDGED,
    State.INVESTIGATING,
    State.WAITING_FOR_CUSTOMER,
    State.REVIEW,
)

CUSTOMER, WORKER = "customer", "worker"


def _holding(permission: Permission) -> frozenset[str]:
    return frozenset(role for role, granted in PERMISSIONS.items() if permission in granted)


HANDLERS = _holding(Permission.HANDLE_COMPLAINTS)
APPROVERS = _holding(Permission.APPROVE)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. `roles` are staff roles, `customer` (also through the assistant) or `worker`."""

    state: State
    action: Action
    next: State
    roles: frozenset[str]


class NotAllowedNow(Conflict):
    type = "action-not-allowed"
    title = "当前状态不允许此操作"


def _rows(states: Iterable[State], action: Action, next_: State, roles: Iterable[str]) -> list[Step]:
    return [Step(state, action, next_, frozenset(roles)) for state in states]


TABLE: tuple[Step, ...] = (
    *_rows([State.RECEIVED], Action.ACKNOWLEDGE, State.ACKNOWLEDGED, HANDLERS),
    # That somebody has spoken with the customer is a deed with a target of its own; the state stays.
    *(
        Step(state, Action.CONTACT_CUSTOMER, state, HANDLERS)
        for state in (
            State.RECEIVED,
            State.ACKNOWLEDGED,
            State.INVESTIGATING,
            State.WAITING_FOR_CUSTOMER,
        )
    ),
    *_rows([State.ACKNOWLEDGED], Action.INVESTIGATE, State.INVESTIGATING, HANDLERS),
    *_rows([State.INVESTIGATING], Action.ASK_CUSTOMER, State.WAITING_FOR_CUSTOMER, HANDLERS),
    *_rows(
        [State.WAITING_FOR_CUSTOMER],
        Action.CUSTOMER_REPLIED,
        State.INVESTIGATING,
        HANDLERS | {CUSTOMER, WORKER},
    ),
    *_rows(
        [State.INVESTIGATING, State.WAITING_FOR_CUSTOMER, State.REVIEW],
        Action.PROPOSE_DECISION,
        State.DECISION_PROPOSED,
        HANDLERS,
    ),
    *_rows(
        [State.DECISION_PROPOSED, State.DECISION_APPROVED],
        Action.RETURN_DECISION,
        State.INVESTIGATING,
        APPROVERS,
    ),
    # Who proposed may approve plain cases alone; the service asks for a second person where one is needed.
    *_rows([State.DECISION_PROPOSED], Action.APPROVE_DECISION, State.DECISION_APPROVED, HANDLERS),
    *_rows([State.DECISION_APPROVED], Action.SEND_ANSWER, State.ANSWERED, HANDLERS),
    *_rows([State.ANSWERED], Action.ACCEPT, State.CLOSED, HANDLERS | {CUSTOMER}),
    *_rows([State.ANSWERED], Action.REJECT, State.REVIEW, HANDLERS | {CUSTOMER}),
    *_rows([State.ANSWERED], Action.CLOSE, State.CLOSED, HANDLERS | {WORKER}),
    *_rows(UNDECIDED, Action.MERGE, State.CLOSED, HANDLERS),
    *_rows(OPEN, Action.WITHDRAW, State.WITHDRAWN, HANDLERS | {CUSTOMER}),
    *_rows([State.CLOSED, State.WITHDRAWN], Action.REOPEN, State.INVESTIGATING, APPROVERS),
)
_BY_KEY = {(step.state, step.action): step for step in TABLE}


def next_state(state: State, action: Action, *, role: str) -> State:
    """Where the action leads.

    Raises `NotAllowedNow` when the state does not have it, `Forbidden` when the role may not do it.
    """
    step = _BY_KEY.get((state, action))
    if step is None:
        raise NotAllowedNow(f"{action} is not possible when {state}", allowed=actions_from(state, role=role))
    if role not in step.roles:
        raise Forbidden(f"{action} is not for the role {role}")
    return step.next


def actions_from(state: State, *, role: str) -> list[str]:
    """What the role may do to a complaint in this state, in the order of the table."""
    return [step.action.value for step in TABLE if step.state == state and role in step.roles]


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README."""
    merged: dict[tuple[State, State], list[str]] = {}
    for step in TABLE:
        merged.setdefault((step.state, step.next), []).append(step.action.value)
    lines = ["stateDiagram-v2", "    [*] --> received: file"]
    lines += [f"    {a.value} --> {b.value}: {', '.join(actions)}" for (a, b), actions in merged.items()]
    lines += [f"    {state.value} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines)
