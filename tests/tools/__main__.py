"""`python -m tests.tools`: installs what the tests read our pages and records with."""

from tests.tools import install

if __name__ == "__main__":
    install()
