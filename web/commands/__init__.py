"""The commands of `marshrut`, one module per subject; `web.cli` puts them together."""
