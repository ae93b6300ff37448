"""Check the replies of the action server with one validator, built once.

Rasa 3.6.21 checks the schema itself again for every reply (`jsonschema.validate`), about 30 ms each, half a
turn. The data is checked exactly as before.
"""

from typing import Any, Dict, Text

import rasa
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException

KNOWN_VERSION = "3.6.21"


def install(version: Text = rasa.__version__) -> None:
    """Replace the check of `RemoteAction`. Refuses any version but the one it was read from."""
    if version != KNOWN_VERSION:
        raise RasaException(
            f"bot/components/action_validation.py was written for Rasa {KNOWN_VERSION}, this is {version}: "
            "compare RemoteAction._validate_action_result with it, then change KNOWN_VERSION."
        )
    schema = RemoteAction.action_response_format_spec()
    validator_class = validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def check(_action: RemoteAction, result: Dict[Text, Any]) -> bool:
        error = next(validator.iter_errors(result), None)
        if error is None:
            return True
        error.message += ". The action server's reply does not have the form of Rasa's action protocol."
        raise error

    RemoteAction._validate_action_result = check


__all__ = ["KNOWN_VERSION", "ValidationError", "install"]
