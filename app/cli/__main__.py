"""`python -m app.cli` is the command `throughline`."""

from app.cli import main

main(prog_name="throughline")
