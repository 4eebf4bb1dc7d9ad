"""What the adapter to Asterisk needs of the configuration, live and on the simulator's wire."""

from __future__ import annotations

from cti.agi.server import AgiSettings
from cti.ami.link import AmiSettings
from cti.asterisk.adapter import AsteriskSettings
from cti.asterisk.dialogue import DialogueSettings
from goldline.config import Config


def asterisk_settings(config: Config) -> AsteriskSettings:
    """Return how to reach the Asterisk that `config` names, and how it reaches us."""
    pbx, agi = config.pbx, config.agi
    phones = None
    if secret := pbx.phones_secret.get_secret_value():
        phones = AmiSettings(
            host=pbx.host, port=pbx.port, username=pbx.phones_username, secret=secret, tls=pbx.tls
        )
    return AsteriskSettings(
        name=pbx.name,
        phones=phones,
        ami=AmiSettings(
            host=pbx.host,
            port=pbx.port,
            username=pbx.username,
            secret=pbx.secret.get_secret_value(),
            tls=pbx.tls,
        ),
        agi=AgiSettings(host=agi.host, port=agi.port, token=agi.token.get_secret_value()),
        dialogue=DialogueSettings(recordings_folder=pbx.recordings),
        look_every_s=pbx.look_every_s,
    )
