"""The components of config.yml inside Rasa's own types."""

import tempfile
import unittest
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.classifier import TingClassifier
from bot.components.emotion import TingEmotion
from bot.components.extractor import TingExtractor
from bot.components.tokenizer import TingTokenizer, cut
from bot.components.verdict import TingVerdict

CONTEXT = ExecutionContext(GraphSchema({}))
EXAMPLES = {
    "view_accounts": [
        "查下余额",
        "看看我的账户",
        "账户里还有多少钱",
        "余额多少",
        "show my balance",
        "my accounts please",
    ],
    "file_complaint": [
        "我要投诉",
        "我想投诉你们",
        "投诉一下柜员",
        "I want to complain",
        "file a complaint",
        "登记投诉",
    ],
    "affirm": ["是的", "对", "好的", "没错", "yes", "sure"],
}


class Tokens(unittest.TestCase):
    """The tokenizer."""

    def test_chinese_is_cut_by_character_and_the_rest_stays_whole(self) -> None:
        texts = [token.text for token in cut("查App余额1,280.50元，发li.na@example.com")]
        self.assertEqual(texts, ["查", "App", "余", "额", "1,280.50", "元", "，", "发", "li.na@example.com"])

    def test_offsets_are_those_of_the_original(self) -> None:
        for text in ("轉賬３萬元給 Ms. Li", "  你好\n\nhello  ", "ＡＴＭ吞卡", "😀卡丢了", "…"):
            for token in cut(text):
                self.assertEqual(text[token.start : token.end], token.text)

    def test_traditional_and_full_width_forms_share_their_features(self) -> None:
        self.assertEqual([t.lemma for t in cut("轉賬ＡＴＭ")], [t.lemma for t in cut("转账atm")])

    def test_no_token_is_blank(self) -> None:
        self.assertTrue(all(token.text.strip() for token in cut("查 余额  ok\t好")))


def extracted(text: str, metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Entities of a message with metadata."""
    message = Message({TEXT: text, "metadata": metadata})
    TingExtractor({}).process([message])
    entities: list[dict[str, Any]] = message.get(ENTITIES)
    return entities


class Extraction(unittest.TestCase):
    """The extractor."""

    def test_days_count_from_when_the_message_was_sent(self) -> None:
        entities = extracted("上周三", {"sent_at": "2026-11-21T12:00:00+00:00"})
        self.assertIn("2026-11-11", [one["value"] for one in entities])

    def test_the_words_tell_the_language_else_the_gateway_does(self) -> None:
        for text, metadata, language in (
            ("我要投诉", {"language": "en"}, "zh"),
            ("ok", {"language": "en"}, "en"),
            ("ok", {"language": "xx"}, None),
            ("我要投诉", {}, None),
        ):
            found = [one["value"] for one in extracted(text, metadata) if one["entity"] == "lang"]
            self.assertEqual(found, [language] if language else [])

    def test_a_sum_between_tags_is_found_where_it_stands(self) -> None:
        text = "<b>信用卡</b>被扣了<i>200</i>元 <img src=x>"
        [amount] = [one for one in extracted(text, {}) if one["entity"] == "amount"]
        self.assertEqual(amount["value"], {"amount": "200.00", "currency": "CNY"})
        self.assertEqual(text[amount["start"] : amount["end"]], "200</i>元")

    def test_bad_metadata_does_no_harm(self) -> None:
        for metadata in ({"sent_at": "soon"}, {"sent_at": None}, {"sent_at": 5}):
            self.assertTrue(extracted("昨天", metadata))


class Classification(unittest.TestCase):
    """The classifier, trained, stored and loaded."""

    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        storage = LocalModelStorage.create(Path(self.folder.name))
        resource = Resource("classifier")
        messages = [Message({TEXT: t, INTENT: intent}) for intent, texts in EXAMPLES.items() for t in texts]
        data = TrainingData(messages)
        tokenizer = TingTokenizer(TingTokenizer.get_default_config())
        tokenizer.process_training_data(data)
        config = TingClassifier.get_default_config()
        TingClassifier.create(config, storage, resource, CONTEXT).train(data)
        self.classifier = TingClassifier.load(config, storage, resource, CONTEXT)
        self.tokenizer = tokenizer

    def understand(self, text: str) -> Message:
        """A message after tokenizer and classifier."""
        message = Message({TEXT: text})
        self.tokenizer.process([message])
        self.classifier.process([message])
        return message

    def test_a_known_example_is_sure(self) -> None:
        self.assertEqual(
            self.understand("我要投訴！").get(INTENT), {"name": "file_complaint", "confidence": 1.0}
        )

    def test_a_paraphrase_is_understood(self) -> None:
        self.assertEqual(self.understand("我的余额还有多少").get(INTENT)["name"], "view_accounts")

    def test_english_is_understood_by_what_it_means(self) -> None:
        self.assertEqual(
            self.understand("how much cash have I got left").get(INTENT)["name"], "view_accounts"
        )

    def test_without_the_sentence_encoder_words_are_enough(self) -> None:
        self.classifier._sentence = None
        self.assertEqual(self.understand("please show balance").get(INTENT)["name"], "view_accounts")

    def test_two_wishes_leave_an_entity(self) -> None:
        message = self.understand("帮我查下余额，另外我要投诉你们")
        self.assertEqual(message.get(INTENT)["name"], "view_accounts")
        self.assertEqual([one["value"] for one in message.get(ENTITIES)], ["file_complaint"])

    def test_no_wish_is_split_off_from_what_is_grave(self) -> None:
        self.classifier._config["grave"] = {"affirm": 0.0}
        message = self.understand("帮我查下余额，另外我要投诉你们")
        self.assertEqual(message.get(INTENT)["name"], "affirm")
        self.assertEqual(message.get(ENTITIES, []), [])

    def test_an_intent_that_would_hurt_needs_to_be_sure(self) -> None:
        self.classifier._config["cautious"] = {"view_accounts": 1.0}
        self.assertNotEqual(self.understand("我的余额还有多少").get(INTENT)["name"], "view_accounts")

    def test_an_intent_that_must_not_be_missed_goes_first(self) -> None:
        self.assertEqual(self.understand("我的余额还有多少").get(INTENT)["name"], "view_accounts")
        self.classifier._config["grave"] = {"affirm": 0.0}
        ranking = self.understand("我的余额还有多少").get("intent_ranking")
        self.assertEqual(ranking[0]["name"], "affirm")
        self.assertGreater(ranking[0]["confidence"], 0.5)
        self.assertAlmostEqual(sum(one["confidence"] for one in ranking), 1.0)

    def test_what_was_never_seen_is_no_wish(self) -> None:
        for text in ("龘龘", "👻", "／back", "／我要投诉", "??"):
            self.assertLess(self.understand(text).get(INTENT)["confidence"], 0.4, text)

    def test_half_unknown_characters_make_unsure(self) -> None:
        sure = self.understand("余额多少呢").get(INTENT)["confidence"]
        self.assertLess(self.understand("余龘额鎴戞槸").get(INTENT)["confidence"], sure)

    def test_english_is_read_twice_only_where_words_are_unsure(self) -> None:
        read: list[str] = []

        class Counting:
            def weigh_in(self, text: str, probabilities: Any) -> Any:
                read.append(text)
                return probabilities

        self.classifier._sentence = Counting()  # type: ignore[assignment]
        for sure, times in ((2.0, 1), (0.0, 0)):
            read.clear()
            self.classifier._config["sure"] = sure
            self.understand("my balance now")
            self.assertEqual(len(read), times)

    def test_a_text_of_a_command_is_left_to_rasa(self) -> None:
        self.assertIsNone(self.understand("/restart").get(INTENT))


class Emotion(unittest.TestCase):
    """Strong emotion, trained, stored and loaded."""

    def test_strong_emotion_is_an_entity_and_calm_is_none(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            storage, resource = LocalModelStorage.create(Path(folder)), Resource("emotion")
            TingEmotion.create({}, storage, resource, CONTEXT).train(TrainingData())
            emotion = TingEmotion.load({}, storage, resource, CONTEXT)
        for text, felt in (
            ("你们这群骗子，气死我了！！", ["strong"]),
            ("I am absolutely furious, you thieves", ["strong"]),
            ("查一下余额", []),
            ("what is the annual fee", []),
            ("/restart", []),
        ):
            message = Message({TEXT: text})
            emotion.process([message])
            self.assertEqual([one["value"] for one in message.get(ENTITIES, [])], felt, text)
        for intent, felt in (("affirm", []), ("abuse", ["strong"])):
            message = Message({TEXT: "你们这群骗子！！", INTENT: {"name": intent, "confidence": 1.0}})
            emotion.process([message])
            self.assertEqual([one["value"] for one in message.get(ENTITIES, [])], felt, intent)


class Verdict(unittest.TestCase):
    """A word on a waiting answer, trained, stored and loaded."""

    def setUp(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            storage, resource = LocalModelStorage.create(Path(folder)), Resource("verdict")
            TingVerdict.create({}, storage, resource, CONTEXT).train(TrainingData())
            self.component = TingVerdict.load({}, storage, resource, CONTEXT)

    def understand(self, text: str, intent: str, attention: str, entity: str = "") -> "list[str]":
        """The intents of a message that the classifier took for this one, the likeliest first."""
        ranking = [{"name": intent, "confidence": 0.9}, {"name": "ask_faq", "confidence": 0.05}]
        message = Message({TEXT: text, "metadata": {"attention": attention} if attention else {}})
        message.set(INTENT, ranking[0])
        message.set("intent_ranking", ranking)
        message.set(ENTITIES, [{"entity": entity, "value": "x", "start": 0, "end": 1}] if entity else [])
        self.component.process([message])
        self.assertEqual(message.get(INTENT), message.get("intent_ranking")[0])
        return [one["name"] for one in message.get("intent_ranking")]

    def test_only_where_an_answer_waits_a_yes_is_about_it(self) -> None:
        self.assertEqual(self.understand("行吧", "affirm", "told")[0], "accept_answer")
        self.assertEqual(self.understand("行吧", "affirm", "open")[0], "affirm")
        self.assertEqual(self.understand("行吧", "affirm", ""), ["affirm", "ask_faq"])
        self.assertEqual(self.understand("行吧", "affirm", "nonsense")[0], "affirm")

    def test_what_was_understood_by_its_parts_stays(self) -> None:
        for entity in ("also", "declined"):
            self.assertEqual(self.understand("不行", "deny", "told", entity)[0], "deny")

    def test_a_grievance_that_names_a_product_is_another_one(self) -> None:
        self.assertEqual(self.understand("太过分了", "file_complaint", "told")[0], "reject_answer")
        self.assertEqual(
            self.understand("太过分了", "file_complaint", "told", "product")[0], "file_complaint"
        )

    def test_very_long_words_are_left_alone(self) -> None:
        self.assertEqual(self.understand("不行" * 200, "deny", "told")[0], "deny")


if __name__ == "__main__":
    unittest.main()
