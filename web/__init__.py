"""Pages, the HTTP interface and the command line; the composition root."""
