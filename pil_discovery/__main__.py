"""`python -m pil_discovery`."""

from pil_discovery.cli import main

if __name__ == "__main__":
    main()
