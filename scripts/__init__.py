"""What the Makefile runs on the source itself: checks, drawings, exports."""
