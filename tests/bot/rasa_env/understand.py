"""Runs in Rasa's environment for `tests.nlu_eval`: trains when asked, then understands many messages.

`python -m tests.bot.rasa_env.understand ORDER ANSWER`: both are JSON files. The order names the model, or the
configuration and the examples to train one from; the answer holds one reading per message, and what it cost.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Dict, List

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.model_training import train_nlu

from bot.components.channel import as_plain_text


def trained(order: Dict[str, Any]) -> Dict[str, Any]:
    """Train the pipeline; the model's path and the processor seconds it took."""
    before = time.process_time()
    model = train_nlu(
        config=order["config"],
        nlu_data=order["train"],
        output=order["models"],
        fixed_model_name=order["name"],
        domain=order["domain"],
    )
    if model is None:
        raise SystemExit("nothing could be trained from these files")
    return {"model": model, "training_seconds": time.process_time() - before}


async def understood(model: str, messages: List[Dict[str, Any]], attention: str) -> Dict[str, Any]:
    """A reading per message, in order; milliseconds of processor time per message."""
    told = {"attention": attention} if attention else {}
    processor = Agent.load(model).processor
    readings, took = [], []
    for one in messages:
        message = UserMessage(as_plain_text(one["text"]), metadata={"language": one["language"], **told})
        before = time.process_time()
        reading = await processor.parse_message(message)
        took.append(1000 * (time.process_time() - before))
        readings.append(
            {key: reading.get(key) for key in ("intent", "intent_ranking", "entities") if key in reading}
        )
    return {"readings": readings, "milliseconds": took}


def peak_megabytes() -> float:
    """This process's own peak: what getrusage tells is at least the size of whoever started it."""
    said = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(said["VmHWM"].split()[0]) / 1024


def main() -> None:
    """Carry out one order."""
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answer = trained(order) if order.get("train") else {"model": order["model"]}
    answer.update(asyncio.run(understood(answer["model"], order["messages"], order.get("attention", ""))))
    answer["megabytes"] = peak_megabytes()
    Path(sys.argv[2]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
