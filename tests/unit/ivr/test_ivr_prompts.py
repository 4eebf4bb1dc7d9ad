"""Values and places in line as they are said in English and in Chinese."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.prompts import Prompt, SayDate, SayDigits, SayNumber, Sound
from ivr import chinese, english
from ivr.loader import load_flow
from ivr.prompts import CHINESE, ENGLISH, PROMPT_SETS, announcement, day, spoken_language

CENTS = st.integers(min_value=-(10**11), max_value=10**11)

ENGLISH_WORDS = {
    "digits/dollars": "dollars",
    "letters/dollar": "dollar",
    "letters/dot": "dot",
    "letters/dash": "dash",
    "letters/plus": "plus",
    "vm-and": "and",
    "digits/minus": "minus",
    "queue-thereare": "you are currently caller number",
    "queue-callswaiting": "waiting to speak with a representative",
    "queue-youarenext": "your call is now first in line",
    "queue-holdtime": "the estimated hold time is currently",
    "queue-less-than": "less than",
    "queue-minute": "minute",
    "queue-minutes": "minutes",
}
"""What the recordings of Asterisk's English core set say, as its own index tells."""


def heard(prompt: Prompt, words: dict[str, str]) -> str:
    """Return a prompt as text: recordings by their words, numbers in figures, digits in brackets."""
    spoken = []
    for part in prompt:
        match part:
            case Sound(name):
                spoken.append(words.get(name, name.removeprefix("letters/")))
            case SayNumber(number):
                spoken.append(str(number))
            case SayDigits(digits):
                spoken.append(f"[{digits}]")
    return " ".join(spoken)


def in_english(prompt: Prompt) -> str:
    return heard(prompt, ENGLISH_WORDS)


def in_chinese(prompt: Prompt) -> str:
    return heard(prompt, chinese.SCRIPT).replace(" ", "")


@pytest.mark.parametrize(
    ("cents", "currency", "english_words", "chinese_words"),
    [
        (1250, "USD", "12 dollars and 50", "12点[50]美元"),
        (100, "USD", "1 dollar", "1美元"),
        (200, "USD", "2 dollars", "两美元"),
        (-305, "USD", "minus 3 dollars and 5", "负3点[05]美元"),
        (1205, "EUR", "12 dot [05] e u r", "12点[05]欧元"),
        (700, "CHF", "7 c h f", "7chf"),
        (1200, "CNY", "12 c n y", "12元整"),
        (1234, "CNY", "12 dot [34] c n y", "12元3角4分"),
        (1205, "CNY", "12 dot [05] c n y", "12元零5分"),
        (1230, "CNY", "12 dot [30] c n y", "12元3角"),
        (222, "CNY", "2 dot [22] c n y", "两元两角两分"),
        (5, "CNY", "0 dot [05] c n y", "5分"),
        (0, "CNY", "0 c n y", "0元整"),
        (-110, "CNY", "minus 1 dot [10] c n y", "负1元1角"),
    ],
)
def test_money_is_said_as_each_language_counts_it(
    cents: int, currency: str, english_words: str, chinese_words: str
) -> None:
    assert in_english(ENGLISH.amount(cents, currency)) == english_words
    assert in_chinese(CHINESE.amount(cents, currency)) == chinese_words


@pytest.mark.parametrize(
    ("rank", "english_words", "chinese_words"),
    [
        (1, "your call is now first in line", "您是下一位"),
        (2, "you are currently caller number 2 waiting to speak with a representative", "您前面还有1位"),
        (3, "you are currently caller number 3 waiting to speak with a representative", "您前面还有两位"),
        (13, "you are currently caller number 13 waiting to speak with a representative", "您前面还有12位"),
    ],
)
def test_place_in_line_is_a_rank_in_english_and_those_before_you_in_chinese(
    rank: int, english_words: str, chinese_words: str
) -> None:
    assert in_english(ENGLISH.position(rank)) == english_words
    assert in_chinese(CHINESE.position(rank)) == chinese_words


@pytest.mark.parametrize(
    ("low", "high", "english_words", "chinese_words"),
    [
        (0, 1, "less than 1 minute", "不到1分钟"),
        (0, 2, "less than 2 minutes", "不到两分钟"),
        (2, 5, "2 dash 5 minutes", "两到5分钟"),
        (5, 10, "5 dash 10 minutes", "5到10分钟"),
        (30, None, "30 plus minutes", "30分钟以上"),
    ],
)
def test_wait_is_said_as_a_band_of_minutes(
    low: int, high: int | None, english_words: str, chinese_words: str
) -> None:
    assert in_english(ENGLISH.wait(low, high)) == f"the estimated hold time is currently {english_words}"
    assert in_chinese(CHINESE.wait(low, high)) == f"预计等待时间{chinese_words}"


def test_waiting_caller_is_told_place_and_wait_in_one() -> None:
    assert in_chinese(announcement("zh", 3, 5, 10)) == "您前面还有两位预计等待时间5到10分钟"
    assert announcement("xx", 3, 0, 2) == announcement("en", 3, 0, 2)


def test_day_is_the_noon_of_that_day() -> None:
    assert day(date(1970, 1, 1)) == (SayDate(43_200),)


@pytest.mark.parametrize(
    ("tag", "language"), [("zh", "zh"), ("zh_CN", "zh"), ("EN-gb", "en"), ("fr", None), ("", None)]
)
def test_language_tags_are_read_by_their_language(tag: str, language: str | None) -> None:
    assert spoken_language(tag, PROMPT_SETS) == language


def test_flow_names_mean_something_in_every_language() -> None:
    assert english.SOUNDS.keys() == chinese.SOUNDS.keys()


def test_every_chinese_recording_has_its_words_to_be_read_out() -> None:
    named = {sound for sounds in chinese.SOUNDS.values() for sound in sounds}
    assert named <= chinese.SCRIPT.keys()


@given(cents=CENTS, currency=st.sampled_from(["CNY", "USD", "EUR", "HKD"]))
def test_no_amount_needs_a_recording_that_the_script_lacks(cents: int, currency: str) -> None:
    sounds = {part.name for part in CHINESE.amount(cents, currency) if isinstance(part, Sound)}
    assert sounds <= chinese.SCRIPT.keys()


def test_bank_asks_for_its_own_recordings_only_in_chinese() -> None:
    bank = load_flow(Path(__file__).parents[3] / "examples" / "flows" / "bank.toml")
    own = {
        language: {
            sound for sounds in prompts.sounds.values() for sound in sounds if sound.startswith("bank/")
        }
        for language, prompts in bank.prompts.items()
    }
    assert own == {"en": set(), "zh": {"bank/choose-language", "bank/main-menu"}}
