"""The whole matrix of states and actions, and the table held to what the database accepts."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service_api.complaints.lifecycle import (
    APPROVERS,
    CUSTOMER,
    ENDED,
    HANDLERS,
    OPEN,
    TABLE,
    WORKER,
    Action,
    NotAllowedNow,
    State,
    actions_from,
    diagram,
    next_state,
)
from service_api.core.problems import Forbidden
from service_api.staff.models import ROLES
from tests.service_api.complaints.conftest import a_complaint

# Written out by hand: state → action → next state. Everything that is not here is refused.
MATRIX = {
    "received": "acknowledge→acknowledged contact_customer→received merge→closed withdraw→withdrawn",
    "acknowledged": "contact_customer→acknowledged investigate→investigating merge→closed withdraw→withdrawn",
    "investigating": "contact_customer→investigating ask_customer→waiting_for_customer "
    "propose_decision→decision_proposed merge→closed withdraw→withdrawn",
    "waiting_for_customer": "contact_customer→waiting_for_customer customer_replied→investigating "
    "propose_decision→decision_proposed merge→closed withdraw→withdrawn",
    "decision_proposed": "return_decision→investigating approve_decision→decision_approved "
    "withdraw→withdrawn",
    "decision_approved": "return_decision→investigating send_answer→answered withdraw→withdrawn",
    "answered": "accept→closed reject→review close→closed withdraw→withdrawn",
    "review": "propose_decision→decision_proposed merge→closed withdraw→withdrawn",
    "closed": "reopen→investigating",
    "withdrawn": "reopen→investigating",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_every_state_and_action(state: State, action: Action) -> None:
    steps = dict(step.split("→") for step in MATRIX[state].split())
    if action not in steps:
        with pytest.raises(NotAllowedNow):
            next_state(state, action, role="supervisor")
        return
    assert next_state(state, action, role="supervisor") == steps[action]


def test_each_state_and_action_stands_once_in_the_table() -> None:
    keys = [(step.state, step.action) for step in TABLE]
    assert len(keys) == len(set(keys))


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    assert {step.next for step in TABLE} | {State.RECEIVED} == set(State)
    assert {step.state for step in TABLE} == set(State)
    assert set(OPEN) | ENDED == set(State)


def test_roles_of_the_table_exist() -> None:
    assert {role for step in TABLE for role in step.roles} <= {*ROLES, CUSTOMER, WORKER}
    assert APPROVERS < HANDLERS
    assert "auditor" not in HANDLERS


@pytest.mark.parametrize(
    ("state", "action", "role"),
    [
        (State.RECEIVED, Action.ACKNOWLEDGE, "customer"),
        (State.RECEIVED, Action.ACKNOWLEDGE, "auditor"),
        (State.RECEIVED, Action.CONTACT_CUSTOMER, "customer"),
        (State.DECISION_PROPOSED, Action.RETURN_DECISION, "agent"),
        (State.CLOSED, Action.REOPEN, "agent"),
        (State.ANSWERED, Action.ACCEPT, "worker"),
    ],
)
def test_a_role_may_not_take_anothers_step(state: State, action: Action, role: str) -> None:
    with pytest.raises(Forbidden):
        next_state(state, action, role=role)


def test_the_customer_may_accept_reject_and_withdraw() -> None:
    assert actions_from(State.ANSWERED, role=CUSTOMER) == ["accept", "reject", "withdraw"]


def test_a_refusal_names_what_is_allowed() -> None:
    with pytest.raises(NotAllowedNow) as refusal:
        next_state(State.RECEIVED, Action.SEND_ANSWER, role="agent")
    assert refusal.value.extra["allowed"] == ["acknowledge", "contact_customer", "merge", "withdraw"]


def test_the_diagram_shows_every_step() -> None:
    drawn = diagram()
    for step in TABLE:
        assert any(
            line.strip().startswith(f"{step.state} --> {step.next}:") and step.action in line
            for line in drawn.splitlines()
        )


@pytest.mark.parametrize(
    "lie",
    [
        {"state": "lost"},
        {"is_over": True},
        {"desk_order": 2},
        {"business": "crypto"},
        {"currency": "CNY"},
        {"group_size": 0},
        {"description": ""},
        {"complainant": "proxy"},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(session: Session, lie: dict[str, object]) -> None:
    complaint = a_complaint(session)
    for name, value in lie.items():
        setattr(complaint, name, value)
    with pytest.raises(IntegrityError):
        session.flush()
