"""Chinese by its sound: what a wrong character of the right sound still tells."""

from collections import Counter

from bot.components.sounds import READINGS, readings, share_a_sound, sounds_of
from bot.components.word_model import WordModel
from tests.bot.test_word_model import CONFIG


def test_a_wrong_character_sounds_as_the_right_one() -> None:
    assert sounds_of("头 诉") == sounds_of("投 诉") == ["tou", "su", "tou_su"]


def test_a_word_between_them_parts_two_sounds() -> None:
    assert sounds_of("卡 lost 了") == ["ka", "le"]
    assert sounds_of("my card") == []


def test_every_usual_character_has_one_reading() -> None:
    lines = READINGS.read_text(encoding="utf-8").splitlines()
    times = Counter("".join(line.split()[1] for line in lines))
    assert max(times.values()) == 1
    assert len(times) == len(readings()) == 6763


def test_texts_without_a_common_sound_teach_none() -> None:
    assert not share_a_sound(["hello", "你 好", "再 见"])
    assert share_a_sound(["挂 失", "瓜 子"])


def test_what_was_misspelt_by_sound_is_understood() -> None:
    examples = ["我 要 投 诉", "投 诉 你 们", "请 问 年 费", "年 费 多 少"]
    model = WordModel.fit(examples, ["complain", "complain", "ask", "ask"], CONFIG)
    written, by_sound = model.probabilities("投 诉"), model.probabilities("头 素")
    assert written[model.intents.index("complain")] > 0.6
    assert by_sound.max() == 0.5, "of characters never seen nothing is guessed"
    mixed = model.probabilities("我 要 年 废")
    assert mixed[model.intents.index("ask")] > model.probabilities("我 要 年 堆")[model.intents.index("ask")]
