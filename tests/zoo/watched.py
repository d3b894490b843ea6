"""Read files as a stranger would send them, and print how each went."""

import json
import sys

import pil_discovery as pil

READERS = {
    "records": pil.read_records,
    "layer": pil.read_layer,
    "image": pil.read_image,
}


def main():
    for path, reader, options in json.load(sys.stdin):
        try:
            READERS[reader](path, **options)
        except pil.PilError as error:
            print("refused", path, str(error).replace("\n", " "))  # noqa: T201
        else:
            print("read", path)  # noqa: T201


if __name__ == "__main__":
    main()
