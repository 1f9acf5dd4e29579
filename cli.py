"""Run loyaltysim from a checkout that is not installed: `python cli.py run scenarios/recovery-or-acquisition.yml`."""

from loyaltysim.cli import main

if __name__ == "__main__":
    main(prog_name="loyaltysim")
