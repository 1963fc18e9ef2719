"""Cuts the last layer of an ONNX classifier down to some of its classes.

Recognition ends in a matrix product with one column for each of 18,710 characters and a softmax over them; on a page
in a Latin script that is half the work and most of the memory, for characters that do not occur. The graph is edited
as the protocol buffer that it is (field numbers from onnx.proto3), so that no ONNX library is needed for it.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

_GRAPH = 7  # of ModelProto
_INITIALIZER, _OUTPUT, _VALUE_INFO = 5, 12, 13  # of GraphProto
_DIMS, _DATA_TYPE, _RAW_DATA = 1, 2, 9  # of TensorProto
_FLOAT = 1
_TO_DIMENSION = (2, 1, 2, 1)  # ValueInfoProto.type, TypeProto.tensor_type, its shape, its dim
_DIM_VALUE = 1
_VARINT, _BYTES = 0, 2  # wire types

Value = int | bytes
Edit = Callable[[int, Value], Value | None]
"""Field number and value to the new value; None drops the field."""


class GraphError(ValueError):
    """The file is not a graph of the form that can be cut."""


def keep_classes(model: bytes, classes: int, keep: Sequence[int]) -> bytes:
    """The model with `keep` of its last layer's classes, in that order.

    Args:
        model: a serialized ModelProto whose only tensors with a last dimension of `classes` are the last layer's
            float weights (features, classes) and bias (classes).
        classes: how many it has.
        keep: indices of those that stay.

    Raises:
        GraphError: no such tensors, or the file is no ONNX model.
    """
    columns = np.asarray(keep, dtype=np.int64)
    cut = 0

    def tensor(data: bytes) -> bytes:
        nonlocal cut
        parts = list(fields(data))
        dims = [value for number, value in parts if number == _DIMS]
        if not dims or dims[-1] != classes:
            return data
        raw = next((value for number, value in parts if number == _RAW_DATA), None)
        if (_DATA_TYPE, _FLOAT) not in parts or not isinstance(raw, bytes):
            raise GraphError("the last layer is not stored as raw floats")
        shape = [int(dim) for dim in dims if isinstance(dim, int)]
        kept = np.frombuffer(raw, dtype="<f4").reshape(shape)[..., columns]
        cut += 1
        rest = [(number, value) for number, value in parts if number not in (_DIMS, _RAW_DATA)]
        return b"".join(
            encode_field(number, value)
            for number, value in [*((_DIMS, dim) for dim in kept.shape), *rest, (_RAW_DATA, kept.tobytes())]
        )

    def dimension(data: bytes, path: tuple[int, ...]) -> bytes:
        def edit(number: int, value: Value) -> Value:
            if path and number == path[0] and isinstance(value, bytes):
                return dimension(value, path[1:])
            return len(columns) if not path and (number, value) == (_DIM_VALUE, classes) else value

        return _edited(data, edit)

    def graph(number: int, value: Value) -> Value | None:
        if number == _VALUE_INFO:
            return None  # optional notes on inner shapes, which would contradict the new ones
        if number == _INITIALIZER and isinstance(value, bytes):
            return tensor(value)
        if number == _OUTPUT and isinstance(value, bytes):
            return dimension(value, _TO_DIMENSION)
        return value

    try:
        made = _edited(model, lambda number, value: _edited(value, graph) if number == _GRAPH else value)  # type: ignore[arg-type]  # a graph is never a varint
    except (IndexError, TypeError) as error:
        raise GraphError("not an ONNX model") from error
    if cut != 2:
        raise GraphError(f"{cut} tensors of {classes} classes instead of weights and bias")
    return made


def _edited(data: bytes, edit: Edit) -> bytes:
    made = []
    for number, value in fields(data):
        new = edit(number, value)
        if new is not None:
            made.append(encode_field(number, new))
    return b"".join(made)


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """Number and value of each field of a message; raises IndexError where it is cut off."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
        elif wire == _BYTES:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise IndexError
            yield number, data[at : at + size]
            at += size
        else:
            # Fixed-width fields occur only inside nodes and tensors, which are carried over whole.
            raise GraphError(f"wire type {wire} where none is expected")


def encode_field(number: int, value: Value) -> bytes:
    """One field of a message."""
    if isinstance(value, bytes):
        return _encoded(number << 3 | _BYTES) + _encoded(len(value)) + value
    return _encoded(number << 3 | _VARINT) + _encoded(value)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _encoded(value: int) -> bytes:
    made = bytearray()
    while value >= 0x80:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)
