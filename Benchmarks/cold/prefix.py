# Loci, Apache License 2.0.
"""The first rows of a .npy file, without NumPy: a run with little memory asks few queries, for each may wait for the disk."""
import ast
import struct

MAGIC = b"\x93NUMPY"


def header(file):
    """Reads a header, and leaves the file at the first value: (type as text, rows, columns)."""
    start = file.read(8)
    if start[:6] != MAGIC or start[6] not in (1, 2, 3):
        raise ValueError("it is not a .npy file")
    size = struct.unpack("<H", file.read(2))[0] if start[6] == 1 else struct.unpack("<I", file.read(4))[0]
    fields = ast.literal_eval(file.read(size).decode("utf-8"))
    if len(fields["shape"]) != 2 or fields["fortran_order"]:
        raise ValueError(f"its shape is {fields['shape']}; it must be rows of numbers, row by row")
    return fields["descr"], *fields["shape"]


def write_prefix(source, target, rows):
    """Writes the first rows of `source` to `target`, or all where there are fewer, and returns how many."""
    with open(source, "rb") as file:
        try:
            kind, count, columns = header(file)
        except (ValueError, SyntaxError, KeyError, struct.error) as error:
            raise ValueError(f"{source}: {error}") from error
        rows = min(rows, count)
        values = file.read(rows * columns * int(kind[2:]))
    fields = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
    # The header ends in a line break, at a multiple of 64 bytes.
    fields = fields.ljust(128 - 10 - 1) + "\n"
    with open(target, "wb") as file:
        file.write(MAGIC + b"\x01\x00" + struct.pack("<H", len(fields)) + fields.encode() + values)
    return rows
