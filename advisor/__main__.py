"""`python -m advisor` and the `advisor` command: the one place that ends the process."""

import gc
import sys

from advisor.cli import app
from advisor.errors import AdvisorError

__all__ = ["main"]


def main() -> None:
    """Run the command line; problems for the user go to standard error and exit with 2."""
    # A command builds much and throws little away: looking for garbage costs more than it frees,
    # and at the end all that is left need not be looked through once more.
    gc.set_threshold(100_000, 50, 50)
    try:
        app()
    except AdvisorError as error:
        for problem in error.problems:
            print(f"advisor: {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
