"""What Asterisk does with FastAGI commands: one conversation about one channel, without its socket.

Follows the measurements on Asterisk 20 and 22: commands run one by one; one that arrives early ends
STREAM FILE and GET DATA without any reply, gives WAIT FOR DIGIT its reply first, and waits for all others;
a channel that leaves gets -1 for what it did, then the line HANGUP, and audio commands answer 511.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import partial

from core.kernel.clock import SECOND_US
from cti.agi.wire import DEAD_CHANNEL, HANGUP_LINE, Reply, decode_command, encode_reply
from simulator.channel import Activity, Channel, ChannelState, Ending
from simulator.judging import silent_in_us
from simulator.pbx import Exchange
from simulator.sounds import DATE_US, SENTENCE_US, WORD_US

ALL_KEYS = "0123456789*#"
FOR_EVER_US = 24 * 3600 * SECOND_US
SAMPLES_PER_S = 8_000
GET_DATA_TIMEOUT_MS = 6_000
LAST_DIGITS_MAX = 1_024

DONE = Reply(200, "0")
GONE = Reply(200, "-1")
UNKNOWN_COMMAND = Reply(510, note="Invalid or unknown command")
DEAD = Reply(DEAD_CHANNEL, note="Command Not Permitted on a dead channel or intercept routine")
BAD_SYNTAX = Reply(520, note="Invalid command syntax.")
CUT_BY_COMMAND = Reply(200, "1")
"""How WAIT FOR DIGIT answers when another command comes (measured)."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_SILENT_WHEN_CUT = frozenset({"STREAM FILE", "GET DATA"})
_CUT_BY_COMMANDS = _SILENT_WHEN_CUT | {"WAIT FOR DIGIT"}

Words = list[str]


class _BadSyntax(Exception):
    """A word of a command is missing or no number."""


class AgiConversation:
    """Carry out the commands of one script on one channel; `write` sends bytes to the script."""

    def __init__(
        self, exchange: Exchange, channel: Channel, write: Callable[[bytes], None], missing: frozenset[str]
    ) -> None:
        self.channel = channel
        self._exchange = exchange
        self._write = write
        self._missing = missing
        self._waiting: deque[str] = deque()
        # The verb under way, empty while none is.
        self._verb = ""
        self._gone = False

    def take(self, line: str) -> None:
        """Carry out a command line after those before it."""
        self._waiting.append(line)
        if self._verb in _CUT_BY_COMMANDS and not self._gone:
            self._exchange.interrupt(self.channel)
        self._next()

    def leave(self) -> None:
        """Tell the script that its channel left: hung up, bridged or redirected."""
        if not self._gone:
            self._gone = True
            self._write(f"{HANGUP_LINE}\n".encode())

    def _next(self) -> None:
        while self._waiting and not self._verb:
            words = decode_command(self._waiting.popleft())
            if words:
                self._begin(words)

    def _begin(self, words: Words) -> None:
        for length in (3, 2, 1):
            verb = " ".join(words[:length]).upper()
            command = _COMMANDS.get(verb)
            if command is not None:
                break
        else:
            self._answer(UNKNOWN_COMMAND)
            return
        if self._gone and verb in _NEEDS_LIFE:
            self._answer(DEAD)
            return
        self._verb = verb
        try:
            reply = command(self, words[length:])
        except _BadSyntax:
            reply = BAD_SYNTAX
        if reply is not None:
            self._finish(reply)

    def _finish(self, reply: Reply | None) -> None:
        self._verb = ""
        if reply is not None:
            self._answer(reply)
        self._next()

    def _answer(self, reply: Reply) -> None:
        self._write(encode_reply(reply))

    # --- commands that take time ------------------------------------------------------------------

    def _listen(
        self,
        activity: Activity,
        duration_us: int,
        keys: str,
        ended: Callable[[Ending, str], Reply | None],
    ) -> None:
        def finished(how: Ending, digit: str) -> None:
            if how in (Ending.HANGUP, Ending.TAKEN):
                self._finish(GONE)
            elif how is Ending.INTERRUPTED:
                self._finish(None if self._verb in _SILENT_WHEN_CUT else CUT_BY_COMMAND)
            else:
                # None means that the command goes on with another listening.
                reply = ended(how, digit)
                if reply is not None:
                    self._finish(reply)

        self._exchange.listen(self.channel, activity, duration_us, keys, finished)

    def _say(self, duration_us: int, keys: str) -> None:
        self._listen(Activity.PROMPT, duration_us, keys, lambda how, digit: Reply(200, _code(digit)))

    def _stream_file(self, words: Words) -> Reply | None:
        name, keys = _word(words, 0), _word(words, 1, "")
        if name in self._missing:
            return Reply(200, "-1", endpos=0)
        began_us = self._exchange.now_us()

        def ended(how: Ending, digit: str) -> Reply:
            return Reply(200, _code(digit), endpos=self._samples(began_us))

        self._listen(Activity.PROMPT, SENTENCE_US, keys, ended)
        return None

    def _get_data(self, words: Words) -> Reply | None:
        timeout_us = _number(words, 1, GET_DATA_TIMEOUT_MS) * 1_000
        digits_max = _number(words, 2, LAST_DIGITS_MAX)
        sound_us = 0 if _word(words, 0) in self._missing else SENTENCE_US
        self._next_digit("", Activity.PROMPT, sound_us + timeout_us, timeout_us, digits_max)
        return None

    def _next_digit(
        self, digits: str, activity: Activity, wait_us: int, timeout_us: int, digits_max: int
    ) -> None:
        def ended(how: Ending, digit: str) -> Reply | None:
            if how is Ending.COMPLETE:
                return Reply(200, digits, "timeout")
            if digit == "#":
                return Reply(200, digits)
            if len(digits) + 1 >= digits_max:
                return Reply(200, digits + digit)
            self._next_digit(digits + digit, Activity.WAIT, timeout_us, timeout_us, digits_max)
            return None

        self._listen(activity, wait_us, ALL_KEYS, ended)

    def _wait_for_digit(self, words: Words) -> None:
        self._listen(
            Activity.WAIT, _duration_us(words, 0), ALL_KEYS, lambda how, digit: Reply(200, _code(digit))
        )

    def _say_words(self, words: Words) -> None:
        self._say(WORD_US * len(_word(words, 0)), _word(words, 1, ""))

    def _say_instant(self, words: Words) -> None:
        _number(words, 0)
        self._say(DATE_US, _word(words, 1, ""))

    def _record_file(self, words: Words) -> None:
        keys, duration_us = _word(words, 2), _duration_us(words, 3)
        began_us = self._exchange.now_us()

        def ended(how: Ending, digit: str) -> Reply:
            note = "dtmf" if how is Ending.KEY else "timeout"
            return Reply(200, _code(digit), note, self._samples(began_us))

        self._listen(Activity.RECORD, duration_us, keys, ended)

    def _samples(self, began_us: int) -> int:
        return (self._exchange.now_us() - began_us) * SAMPLES_PER_S // SECOND_US

    # --- commands done at once -----------------------------------------------------------------------

    def _answer_channel(self, words: Words) -> Reply:
        self._exchange.answer(self.channel)
        return DONE

    def _set_music(self, words: Words) -> Reply:
        if _word(words, 0).upper() == "ON":
            self._exchange.start_music(self.channel, _word(words, 1, "default"))
        else:
            self._exchange.stop_music(self.channel)
        return DONE

    def _set_variable(self, words: Words) -> Reply:
        name, value = _word(words, 0), _word(words, 1, "")
        if name == "CHANNEL(language)":
            self.channel.language = value
        else:
            self._exchange.set_variable(self.channel, name, value)
        return Reply(200, "1")

    def _get_variable(self, words: Words) -> Reply:
        value = self.channel.variables.get(_word(words, 0))
        return DONE if value is None else Reply(200, "1", value)

    def _get_full_variable(self, words: Words) -> Reply:
        variables = self.channel.variables
        return Reply(200, "1", _VARIABLE.sub(lambda found: variables.get(found[1], ""), _word(words, 0)))

    def _channel_status(self, words: Words) -> Reply:
        return Reply(200, "6" if self.channel.state is ChannelState.UP else "4")

    def _set_context(self, words: Words) -> Reply:
        self.channel.context = _word(words, 0)
        return DONE

    def _set_extension(self, words: Words) -> Reply:
        self.channel.exten = _word(words, 0)
        return DONE

    def _set_priority(self, words: Words) -> Reply:
        self.channel.priority = _number(words, 0)
        return DONE

    def _hang_up(self, words: Words) -> Reply:
        # The reply leaves before the channel does, as the dialplan hangs up only after the script.
        self._exchange.after(0, partial(self._exchange.hang_up, self.channel))
        return Reply(200, "1")

    def _nothing(self, words: Words) -> Reply:
        return DONE

    def _verbose(self, words: Words) -> Reply:
        return Reply(200, "1")

    def _execute(self, words: Words) -> Reply | None:
        application = _word(words, 0).lower()
        if application == "waitforsilence":
            self._wait_for_silence(_word(words, 1).split(","))
            return None
        return DONE if application == "noop" else Reply(200, "-2")

    def _wait_for_silence(self, arguments: Words) -> None:
        silence_us, limit_us = _number(arguments, 0) * 1_000, _number(arguments, 2) * SECOND_US
        silent_us = silent_in_us(self.channel, silence_us, self._exchange.now_us())

        def ended(how: Ending, digit: str) -> Reply:
            verdict = "SILENCE" if silent_us <= limit_us else "TIMEOUT"
            self._exchange.set_variable(self.channel, "WAITSTATUS", verdict)
            return DONE

        self._listen(Activity.WAIT, min(silent_us, limit_us), "", ended)


_COMMANDS: dict[str, Callable[[AgiConversation, Words], Reply | None]] = {
    "ANSWER": AgiConversation._answer_channel,
    "CHANNEL STATUS": AgiConversation._channel_status,
    "EXEC": AgiConversation._execute,
    "GET DATA": AgiConversation._get_data,
    "GET FULL VARIABLE": AgiConversation._get_full_variable,
    "GET VARIABLE": AgiConversation._get_variable,
    "HANGUP": AgiConversation._hang_up,
    "NOOP": AgiConversation._nothing,
    "RECORD FILE": AgiConversation._record_file,
    "SAY ALPHA": AgiConversation._say_words,
    "SAY DATE": AgiConversation._say_instant,
    "SAY DATETIME": AgiConversation._say_instant,
    "SAY DIGITS": AgiConversation._say_words,
    "SAY NUMBER": AgiConversation._say_words,
    "SAY TIME": AgiConversation._say_instant,
    "SET CONTEXT": AgiConversation._set_context,
    "SET EXTENSION": AgiConversation._set_extension,
    "SET MUSIC": AgiConversation._set_music,
    "SET PRIORITY": AgiConversation._set_priority,
    "SET VARIABLE": AgiConversation._set_variable,
    "STREAM FILE": AgiConversation._stream_file,
    "VERBOSE": AgiConversation._verbose,
    "WAIT FOR DIGIT": AgiConversation._wait_for_digit,
}

_NEEDS_LIFE = frozenset(
    {
        "ANSWER",
        "CHANNEL STATUS",
        "GET DATA",
        "RECORD FILE",
        "SAY ALPHA",
        "SAY DATE",
        "SAY DATETIME",
        "SAY DIGITS",
        "SAY NUMBER",
        "SAY TIME",
        "SET MUSIC",
        "STREAM FILE",
        "WAIT FOR DIGIT",
    }
)
"""Commands that Asterisk refuses on a dead channel; the others work on to the end of the script."""


def _code(digit: str) -> str:
    return str(ord(digit)) if digit else "0"


def _word(words: Words, place: int, default: str | None = None) -> str:
    """Return the word at `place`; one without a default must be there."""
    if place < len(words):
        return words[place]
    if default is None:
        raise _BadSyntax
    return default


def _number(words: Words, place: int, default: int | None = None) -> int:
    if place >= len(words) and default is not None:
        return default
    try:
        return int(_word(words, place))
    except ValueError:
        raise _BadSyntax from None


def _duration_us(words: Words, place: int) -> int:
    """Return a time-out given in milliseconds, where a negative one never comes."""
    timeout_ms = _number(words, place)
    return FOR_EVER_US if timeout_ms < 0 else timeout_ms * 1_000
