"""``python -m advisor``."""

from advisor.cli import main

if __name__ == "__main__":  # the processes that make reports look at this module too
    main()
