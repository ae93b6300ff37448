"""Send the domain to the action server once, not with every call.

Rasa 3.6.21 puts the whole domain, 150 kB of it, into each call. Newer action servers remember it by its
digest, and answer 449 before they begin when they know none. There Rasa gives up; here the call is made
again, with the domain.
"""

import hashlib
import json
from typing import Any, Dict, List, Optional, Text, Tuple

from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

DOMAIN_MISSING = 449


class KnownDomain:
    """What the action server was told of the domain."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._digested: Optional[Tuple[Domain, Text]] = None
        self._told: Optional[Text] = None

    def digest_of(self, domain: Domain) -> Text:
        """The same for the same content, in every process."""
        if self._digested is None or self._digested[0] is not domain:
            content = json.dumps(domain.as_dict(), sort_keys=True, default=str)
            self._digested = (domain, hashlib.sha256(content.encode()).hexdigest())
        return self._digested[1]

    def shorten(self, call: Dict[Text, Any], domain: Domain) -> Dict[Text, Any]:
        """The call with the digest, and without a domain that was told."""
        call["domain_digest"] = self.digest_of(domain)
        if call["domain_digest"] == self._told:
            del call["domain"]
        return call

    def was_told(self, domain: Domain) -> None:
        """The action server has answered a call with this domain or its digest."""
        self._told = self.digest_of(domain)

    def was_forgotten(self) -> None:
        """The action server was started anew, or serves another domain now."""
        self._told = None


def install() -> None:
    """Change how `RemoteAction` calls, once however often it is asked for."""
    if getattr(RemoteAction.run, "knows_domain", False):
        return
    known = KnownDomain()
    stock_call, stock_run = RemoteAction._action_call_format, RemoteAction.run

    def call_of(action: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> Dict[Text, Any]:
        return known.shorten(stock_call(action, tracker, domain), domain)

    async def run(
        action: RemoteAction,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> List[Event]:
        try:
            events: List[Event] = await stock_run(action, output_channel, nlg, tracker, domain)
        except RasaException as refused:
            if getattr(refused.__cause__, "status", None) != DOMAIN_MISSING:
                raise
            known.was_forgotten()
            events = await stock_run(action, output_channel, nlg, tracker, domain)
        known.was_told(domain)
        return events

    run.knows_domain = True  # type: ignore[attr-defined]
    RemoteAction._action_call_format = call_of
    RemoteAction.run = run
