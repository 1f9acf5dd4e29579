"""`python -m loyaltysim` is the command line."""

from loyaltysim.cli import main

if __name__ == "__main__":
    main(prog_name="loyaltysim")
