"""The customer's own details and accounts: only after verification, only masked."""

from collections.abc import Sequence

from rasa_sdk.events import FollowupAction, SlotSet

from actions.desk_client import DeskClient, DeskError, DeskProblem
from actions.desk_views import Account, Profile
from actions.edge import DeskAction, Events
from actions.offers import offer_next_wish
from actions.say import Say
from actions.turn import Turn


class ShowProfile(DeskAction):
    """Name, phone, tier and manager."""

    action_name = "action_show_profile"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Verification comes first; what was asked is shown after it."""
        return await show(self.desk, turn, say, act="view_profile")


class ShowAccounts(DeskAction):
    """Accounts with their balances."""

    action_name = "action_show_accounts"

    async def act(self, turn: Turn, say: Say) -> Events:
        """Verification comes first; what was asked is shown after it."""
        return await show(self.desk, turn, say, act="view_accounts")


async def show(desk: DeskClient, turn: Turn, say: Say, *, act: str) -> Events:
    """Show the details (`view_profile`) or accounts (`view_accounts`). The desk decides what who may see."""
    try:
        profile = await desk.profile(turn.conversation_id)
    except DeskProblem as problem:
        if problem.slug != "verification-required":
            say("utter_profile_unavailable")
            return []
        return _verify_first(act, say)
    except DeskError:
        say("utter_profile_unavailable")
        return []
    if act == "view_profile":
        _say_profile(profile, say)
    elif profile.accounts is None:
        return _verify_first(act, say)
    else:
        _say_accounts(profile.accounts, say)
    following = [] if turn.active_loop == "complaint_form" else offer_next_wish(turn, say, done=act)
    return [SlotSet("pending_act", None), *following]


def _verify_first(act: str, say: Say) -> Events:
    say("utter_verification_needed")
    return [SlotSet("pending_act", act), FollowupAction("verification_form")]


def _say_profile(profile: Profile, say: Say) -> None:
    say(
        "utter_profile",
        name=profile.name,
        phone=profile.phone,
        tier=say.word("tier", profile.tier),
        manager=profile.relationship_manager or say.word("field", "none"),
    )


def _say_accounts(accounts: Sequence[Account], say: Say) -> None:
    if not accounts:
        say("utter_no_accounts")
        return
    say("utter_accounts", lines="\n".join(_line(account, say) for account in accounts))


def _line(account: Account, say: Say) -> str:
    facts = {
        "kind": say.word("kind", account.kind),
        "tail": account.tail,
        "status": say.word("account", account.status),
    }
    if account.balance is None:
        return say.line("utter_account_line_without_balance", **facts)
    return say.line("utter_account_line", balance=say.money(account.balance), **facts)
