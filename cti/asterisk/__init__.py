"""The Asterisk side of the `Pbx` port: translation, commands, dialogues, resync, the files to include."""
