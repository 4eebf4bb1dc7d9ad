"""`python -m goldline` is `goldline`: for an interpreter that has no command of ours installed."""

from goldline.cli import main

if __name__ == "__main__":
    main()
