"""Chinese: what each recording of the set says, and how Mandarin strings values together.

No free Chinese set exists to build on. Where Asterisk has a recording for the purpose ours has its name, so
that Asterisk's own applications speak Chinese too; words it lacks are under `zh/`. `SCRIPT` is what
the speaker reads out.

Three rules differ from English: a counted thing takes its measure word, and two of it is 两 and not 二; a
place in line is told by how many stand before you; money goes by yuan, jiao and fen, with 零 where the
jiao are skipped and 整 where nothing follows the yuan.
"""

from __future__ import annotations

from core.model.prompts import Prompt, SayDigits, SayNumber, Sound
from ivr.english import spelled

SCRIPT = {
    "hello": "您好",
    "vm-goodbye": "再见",
    "auth-thankyou": "谢谢",
    "one-moment-please": "请稍等",
    "pls-hold-while-try": "正在为您转接，请稍候",
    "queue-periodic-announce": "坐席全忙，请不要挂机，我们会尽快为您服务",
    "pm-invalid-option": "您的选择无效，请重新选择",
    "vm-sorry": "对不起，没有收到您的按键",
    "zh/enter-account": "请输入您的账号，以井号键结束",
    "confbridge-pin": "请输入您的密码，以井号键结束",
    "vm-incorrect": "账号或密码有误，请重新输入",
    "zh/balance": "您的余额为",
    "vm-nobodyavail": "现在是非工作时间",
    "vm-intro": "请在提示音后留言，完毕请挂机或按井号键",
    "vm-msgsaved": "您的留言已保存",
    "queue-youarenext": "您是下一位",
    "queue-thereare": "您前面还有",
    "queue-holdtime": "预计等待时间",
    "queue-less-than": "不到",
    "queue-minutes": "分钟",
    "zh/to": "到",
    "zh/or-more": "以上",
    "digits/minus": "负",
    "zh/two": "两",
    "zh/people": "位",
    "zh/zero": "零",
    "zh/dot": "点",
    "zh/yuan": "元",
    "zh/jiao": "角",
    "zh/fen": "分",
    "zh/even": "整",
    "zh/usd": "美元",
    "zh/eur": "欧元",
    "zh/hkd": "港元",
}
"""Each recording and its words."""

SOUNDS = {
    "hello": ("hello",),
    "goodbye": ("vm-goodbye",),
    "thank-you": ("auth-thankyou",),
    "one-moment": ("one-moment-please",),
    "connecting": ("pls-hold-while-try",),
    "all-busy": ("queue-periodic-announce",),
    "invalid-choice": ("pm-invalid-option",),
    "no-choice": ("vm-sorry",),
    "enter-account": ("zh/enter-account",),
    "enter-pin": ("confbridge-pin",),
    "not-recognised": ("vm-incorrect",),
    "you-have": ("zh/balance",),
    "closed": ("vm-nobodyavail",),
    "leave-message": ("vm-intro",),
    "message-saved": ("vm-msgsaved",),
}

_FOREIGN = {"USD": Sound("zh/usd"), "EUR": Sound("zh/eur"), "HKD": Sound("zh/hkd")}
_MINUTES = Sound("queue-minutes")


def amount(cents: int, currency: str) -> Prompt:
    """Return an amount of money: 十二元零五分, 十二元整, 十二点零五美元."""
    sign: Prompt = (Sound("digits/minus"),) if cents < 0 else ()
    whole, rest = divmod(abs(cents), 100)
    if currency == "CNY":
        return (*sign, *_renminbi(whole, rest))
    unit = (_FOREIGN[currency],) if currency in _FOREIGN else spelled(currency)
    if rest == 0:
        return (*sign, _count(whole), *unit)
    # After the point digits are read one by one, and before it two stays 二.
    return (*sign, SayNumber(whole), Sound("zh/dot"), SayDigits(f"{rest:02}"), *unit)


def position(rank: int) -> Prompt:
    """Return the place in line, counted from 1: 您前面还有三位."""
    if rank == 1:
        return (Sound("queue-youarenext"),)
    return (Sound("queue-thereare"), _count(rank - 1), Sound("zh/people"))


def wait(low: int, high: int | None) -> Prompt:
    """Return the wait to expect: 预计等待时间不到两分钟, 两到五分钟, 三十分钟以上."""
    lead = Sound("queue-holdtime")
    if high is None:
        return (lead, _count(low), _MINUTES, Sound("zh/or-more"))
    if low == 0:
        return (lead, Sound("queue-less-than"), _count(high), _MINUTES)
    return (lead, _count(low), Sound("zh/to"), _count(high), _MINUTES)


def _renminbi(yuan: int, rest: int) -> Prompt:
    jiao, fen = divmod(rest, 10)
    spoken: list[Prompt] = []
    if yuan or not rest:
        spoken.append((_count(yuan), Sound("zh/yuan")))
    if jiao:
        spoken.append((_count(jiao), Sound("zh/jiao")))
    elif fen and yuan:
        spoken.append((Sound("zh/zero"),))
    if fen:
        spoken.append((_count(fen), Sound("zh/fen")))
    if not rest:
        spoken.append((Sound("zh/even"),))
    return tuple(part for parts in spoken for part in parts)


def _count(number: int) -> SayNumber | Sound:
    """Return `number` as it is said before a measure word."""
    return Sound("zh/two") if number == 2 else SayNumber(number)
