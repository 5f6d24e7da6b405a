"""An office on a Tuesday: fictional people and cases, played through the real process."""
