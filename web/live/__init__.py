"""What screens see live: the floor as views, and the connection that tells how they change."""
