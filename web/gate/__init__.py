"""The gate of the web side: who comes in, what a request must show, how much of anything one may take."""
