"""The files a user's Asterisk includes: the dialplan of callers and agents, and the manager account.

Owns the text of `goldline_extensions.conf`, `goldline_manager.conf` and the lines that include them.
It writes no file and reads none: `dialplan_files` returns names and contents. What it must never do is
let a caller's text reach FastAGI unfiltered: chan_pjsip decodes `%0A` in a SIP address into a line feed,
and res_agi prints numbers and names raw into its greeting, so every one of them is filtered first.

How a call runs: an inbound caller sits in `AGI(agi://...)` for as long as the engine holds the call. An
agent's answered leg runs `Bridge()`, which pulls the caller out of there. When the engine's socket is
refused or dies, the caller hears music and the dialplan asks again every `RETRY_S` seconds. A leg that we
ring to have it in our hands, such as an agent's that stands all shift, goes where callers go; it leaves AGI
to be joined with another by `Bridge()`, and comes back when that one has left. Where a machine is to be told
from a person, AMD() listens to the answered leg first.
"""

from __future__ import annotations

import re
import secrets  # det-ok: secrets of a new installation, never of a decision
from dataclasses import dataclass, field

from core.kernel.errors import ConfigError

EXTENSIONS_FILE = "goldline_extensions.conf"
MANAGER_FILE = "goldline_manager.conf"
INCLUDES_FILE = "goldline_includes.txt"

RETRY_S = 1
"""Pause between two tries to reach the engine: a refused connection costs Asterisk about a millisecond."""

WRITE_TIMEOUT_MS = 10_000
"""By default Asterisk drops a manager connection that blocks a write for 100 ms: less than a bad moment."""

JOIN_TONE = "!880/60"
"""What tells an agent whose call stands that somebody is there: 60 ms of a beep, as Playtones() reads it.

It plays into the bridge and holds up nothing: on 22.10 both legs joined as fast as without, the agent heard
the caller beneath it from the first packet, and the caller heard nothing of it.
"""

DIALABLE = "0-9+*#"
"""What a number may hold, as the dialplan's FILTER() reads it."""

PRINTABLE = r"\x20-\x7e\x80-\xff"
"""What a name may hold: UTF-8 without control characters, as FILTER() reads it."""

_NAME = (re.compile(r"[A-Za-z0-9_-]{1,79}"), "1 to 79 letters, digits, - or _")
_SECRET = (re.compile(r"[A-Za-z0-9_-]{16,128}"), "16 to 128 letters, digits, - or _")
_HOST = (re.compile(r"[A-Za-z0-9.-]{1,253}"), "a host name or an IPv4 address")

_ALLOWED = {
    "agi_host": _HOST,
    "agi_token": _SECRET,
    "inbound_context": _NAME,
    "caller_context": _NAME,
    "agent_context": _NAME,
    "transfer_context": _NAME,
    "onward_context": _NAME,
    "music": _NAME,
    "manager_name": _NAME,
    "manager_secret": _SECRET,
    "phones_name": _NAME,
    "phones_secret": (re.compile(f"({_SECRET[0].pattern})?"), f"nothing, or {_SECRET[1]}"),
}
_HIDDEN = frozenset({"agi_token", "manager_secret", "phones_secret"})

READ_CLASSES = ("system", "call", "dtmf")
"""`dialplan` is left out on purpose: VarSet and Newexten are two thirds of the events of a call."""

WRITE_CLASSES = ("call", "originate", "reporting")
"""Redirect, Setvar and Hangup need `call`; CoreShowChannels needs `reporting`. Nothing needs `system`."""

PHONES_CLASSES = ("call", "system")
"""What the account for phones may do: PlayDTMF needs `call`, PJSIPNotify nothing less than `system`.

It may not originate, so it cannot have Asterisk run anything; and nothing is told to it.
"""

UNREAD_EVENTS = (
    "CEL",
    "DeviceStateChange",
    "HangupRequest",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "NewAccountCode",
    "NewCallerid",
    "NewConnectedLine",
    "SoftHangupRequest",
)
"""Events of the classes above that tell the engine nothing; filtered out where they arise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialplanSettings:
    """What the written files depend on; raises `ConfigError` for a value that could not stand in them.

    `agi_host` and `agi_port` are where the engine listens for FastAGI as Asterisk sees it. Callers enter at
    `inbound_context` and stay in `caller_context`; agents' legs run `agent_context`; a leg sent to
    `transfer_context` goes on to the same number in `onward_context`, which is the user's own. `manager_port`
    is only quoted in the instructions. Where `phones_secret` is given there is a second account, by which
    phones are answered from the desk.
    """

    agi_token: str = field(repr=False)
    manager_secret: str = field(repr=False)
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    inbound_context: str = "goldline-inbound"
    caller_context: str = "goldline-caller"
    agent_context: str = "goldline-agent"
    transfer_context: str = "goldline-transfer"
    onward_context: str = "from-internal"
    music: str = "default"
    manager_name: str = "goldline"
    manager_port: int = 5038
    phones_name: str = "goldline-phones"
    phones_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for name, (pattern, allowed) in _ALLOWED.items():
            text = getattr(self, name)
            if not pattern.fullmatch(text):
                raise ConfigError(name, "(hidden)" if name in _HIDDEN else text, allowed)
        for name in ("agi_port", "manager_port"):
            port = getattr(self, name)
            if not 1 <= port <= 65_535:
                raise ConfigError(name, port, "a port from 1 to 65535")


def new_secret() -> str:
    """Return a fresh secret of 43 characters for a token or a manager account."""
    return secrets.token_urlsafe(32)  # det-ok: must not be guessable


def dialplan_files(settings: DialplanSettings) -> dict[str, str]:
    """Return the content of each file by its name. Both `.conf` files hold a secret: keep them private."""
    return {
        EXTENSIONS_FILE: _extensions(settings),
        MANAGER_FILE: _manager(settings),
        INCLUDES_FILE: _includes(settings),
    }


_ENDS = "${IF($[${LEN(${GOLDLINE_SPARES})}]?:x)}"
"""The option of Bridge(): `x`, or none where the engine wants to have the other leg back."""


_ASIDE = """\
; Taken out of a bridge by the engine: whom it was to join counts no more.
exten => taken,1,Set(GOLDLINE_PEER=)
 same => n,Set(GOLDLINE_HEARS=)
 same => n,Set(GOLDLINE_SPARES=)
 same => n,Set(GOLDLINE_ROOM=)
 same => n,Goto(s,1)

; A supervisor's leg hears an agent's. When that one ends this one is back.
exten => hear,1,ChanSpy(${GOLDLINE_HEARS},${GOLDLINE_SPEAKS})
 same => n,Set(GOLDLINE_HEARS=)
 same => n,Goto(s,1)

; Whom we called has answered: a person, or a machine? AMD() wants commas, which an order cannot hold.
exten => judge,1,AMD(${REPLACE(GOLDLINE_DETECTION,:,\\,)})
 same => n,Set(GOLDLINE_ANSWERER=${AMDSTATUS}:${AMDCAUSE})
 same => n,Goto(s,1)
"""
"""Places in the callers' context where the engine sends legs of its own."""


def _filtered(variable: str) -> str:
    return f"${{FILTER({DIALABLE},${{{variable}}})}}"


def _extensions(settings: DialplanSettings) -> str:
    engine = f"agi://{settings.agi_host}:{settings.agi_port}/{settings.agi_token}/caller"
    return f"""\
; Written by "goldline asterisk-config"; write it anew rather than edit it.

[{settings.inbound_context}]
; Callers enter here, by the number they dialed or (extension s) by FreePBX's FROM_DID.
exten => _[+*#0-9]!,1,Goto({settings.caller_context},{_filtered("EXTEN")},1)
exten => s,1,Set(GOLDLINE_DIALED={_filtered("FROM_DID")})
 same => n,Goto({settings.caller_context},${{IF($[${{LEN(${{GOLDLINE_DIALED}})}}]?${{GOLDLINE_DIALED}}:s)}},1)

[{settings.caller_context}]
; FastAGI's greeting prints these four raw, and a SIP address can carry a line feed.
exten => _[+*#0-9s]!,1,Set(CALLERID(num)={_filtered("CALLERID(num)")})
 same => n,Set(CALLERID(name)=${{FILTER({PRINTABLE},${{CALLERID(name)}})}})
 same => n,Set(CALLERID(dnid)={_filtered("CALLERID(dnid)")})
 same => n,Set(CALLERID(rdnis)={_filtered("CALLERID(rdnis)")})
; Microseconds since 1970: the caller's place in every queue, whatever happens to the engine.
 same => n,ExecIf($[${{LEN(${{GOLDLINE_ARRIVED}})}} = 0]?Set(GOLDLINE_ARRIVED=${{STRFTIME(,UTC,%s%6q)}}))
 same => n(engine),Set(AGISTATUS=)
 same => n,AGI({engine},${{GOLDLINE_ARRIVED}},${{GOLDLINE_TAG}},${{GOLDLINE_ANSWERER}})
; Without a status AGI did not end: the leg was joined from within it, and is back.
 same => n,GotoIf($[${{LEN(${{AGISTATUS}})}} = 0]?engine)
 same => n,GotoIf($[${{LEN(${{GOLDLINE_PEER}})}}]?join)
 same => n,GotoIf($[${{LEN(${{GOLDLINE_ROOM}})}}]?confer)
 same => n,GotoIf($[${{LEN(${{GOLDLINE_HEARS}})}}]?hear,1)
; Here again: the engine is away. Ring or play music for a moment, then ask again.
 same => n,ExecIf($["${{CHANNEL(state)}}" != "Up"]?Ringing())
 same => n,StartMusicOnHold({settings.music})
 same => n,Wait({RETRY_S})
 same => n,StopMusicOnHold()
 same => n,Goto(engine)
; Sent to join another leg. Option x: that one is hung up when this one goes first; else this one is back.
 same => n(join),TryExec(Playtones({JOIN_TONE}))
 same => n,Bridge(${{GOLDLINE_PEER}},{_ENDS})
 same => n,Set(GOLDLINE_SPARES=)
 same => n,Set(GOLDLINE_PEER=)
 same => n,Goto(engine)
; Sent into a conference, without a word; who is alone there hears music.
 same => n(confer),Set(CONFBRIDGE(user,quiet)=yes)
 same => n,Set(CONFBRIDGE(user,music_on_hold_when_empty)=yes)
 same => n,Set(CONFBRIDGE(user,music_on_hold_class)={settings.music})
 same => n,ConfBridge(${{GOLDLINE_ROOM}})
 same => n,Set(GOLDLINE_ROOM=)
 same => n,Goto(engine)

{_ASIDE}
[{settings.agent_context}]
; The agent has answered. Option x: when the agent hangs up first, the caller is hung up too.
exten => s,1,Bridge(${{GOLDLINE_PEER}},{_ENDS})
 same => n,Hangup()

[{settings.transfer_context}]
; The call leaves our hands, so our note on it goes.
exten => _[+*#0-9]!,1,Set(GOLDLINE_TAG=)
 same => n,Set(GOLDLINE_ARRIVED=)
 same => n,Goto({settings.onward_context},{_filtered("EXTEN")},1)
"""


def _manager(settings: DialplanSettings) -> str:
    filters = "\n".join(f"eventfilter(action(exclude),name({event})) =" for event in UNREAD_EVENTS)
    return f"""\
; Written by "goldline asterisk-config"; write it anew rather than edit it.

[{settings.manager_name}]
secret = {settings.manager_secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = {",".join(READ_CLASSES)}
write = {",".join(WRITE_CLASSES)}
writetimeout = {WRITE_TIMEOUT_MS}
{filters}
{_phones(settings) if settings.phones_secret else ""}"""


def _phones(settings: DialplanSettings) -> str:
    return f"""
[{settings.phones_name}]
secret = {settings.phones_secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
write = {",".join(PHONES_CLASSES)}
"""


def _includes(settings: DialplanSettings) -> str:
    return f"""\
Copy {EXTENSIONS_FILE} and {MANAGER_FILE} beside Asterisk's own files and add four lines.

1. In extensions.conf (FreePBX: extensions_custom.conf):
#tryinclude {EXTENSIONS_FILE}

2. In manager.conf (FreePBX: manager_custom.conf); [general] has enabled=yes and port={settings.manager_port}:
#tryinclude {MANAGER_FILE}

3. In the context where your callers arrive (FreePBX: a Custom Destination {settings.inbound_context},s,1):
exten => 5551000,1,Goto({settings.inbound_context},${{EXTEN}},1)

4. In pjsip.conf, at the endpoints of your trunks: Asterisk may lose a hang-up in the moment of joining.
rtp_timeout = 10

Then run "core reload" on Asterisk's console. Campaigns that tell machines from persons need two of its
modules, app_amd and app_waitforsilence; conferences need app_confbridge, mute res_mutestream, keys that
agents send app_senddtmf, phones that are answered from the desk res_pjsip_notify, and supervisors who hear
agents app_chanspy.
"""
