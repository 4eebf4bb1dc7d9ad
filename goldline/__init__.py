"""The program: command line, composition root, runners, configuration.

`goldline.app` puts the engine together, `goldline.runners` lets it run, live or in virtual time.
"""

__version__ = "0.1.0"
