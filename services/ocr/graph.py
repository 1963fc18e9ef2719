"""ONNX models as messages, and the cut of a classifier's last layer down to some of its classes.

Recognition ends in a matrix product with one column for each of 18,710 characters and a softmax over them; on a page
in a Latin script that is half the work and most of the memory, for characters that do not occur.

A model is a protocol buffer. `SCHEMA` declares what of onnx.proto3 is looked at here, and protobuf, which ONNX Runtime
needs anyway, reads and writes it; what is not declared is carried over as it is (docs/dependencies.md says why the
package onnx is not used).
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "ModelProto": {"graph": (7, "GraphProto")},
    "GraphProto": {
        "node": (1, "NodeProto*"),
        "initializer": (5, "TensorProto*"),
        "output": (12, "ValueInfoProto*"),
        "value_info": (13, "ValueInfoProto*"),
    },
    "NodeProto": {
        "input": (1, "string*"),
        "output": (2, "string*"),
        "name": (3, "string"),
        "op_type": (4, "string"),
        "attribute": (5, "AttributeProto*"),
    },
    "AttributeProto": {},
    "TensorProto": {"dims": (1, "int64*"), "data_type": (2, "int32"), "name": (8, "string"), "raw_data": (9, "bytes")},
    "ValueInfoProto": {"name": (1, "string"), "type": (2, "TypeProto")},
    "TypeProto": {"tensor_type": (1, "TensorTypeProto")},
    "TensorTypeProto": {"shape": (2, "TensorShapeProto")},
    "TensorShapeProto": {"dim": (1, "DimensionProto*")},
    "DimensionProto": {"dim_value": (1, "int64")},
}
"""Each message's fields: number in onnx.proto3 and type, with a star where there are several."""
FLOAT = 1
"""TensorProto.DataType of float32."""

Message: TypeAlias = Any
"""One of `SCHEMA`'s, a class that protobuf makes at run time."""


class GraphError(ValueError):
    """The file is not a graph of the form that can be changed."""


@cache
def _model_class() -> Any:
    kinds = descriptor_pb2.FieldDescriptorProto
    scalars = {"string": kinds.TYPE_STRING, "bytes": kinds.TYPE_BYTES, "int32": kinds.TYPE_INT32}
    scalars["int64"] = kinds.TYPE_INT64
    file = descriptor_pb2.FileDescriptorProto(name="part_of_onnx.proto", package="timelift.onnx", syntax="proto2")
    for name, fields in SCHEMA.items():
        made = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            label = kinds.LABEL_REPEATED if kind.endswith("*") else kinds.LABEL_OPTIONAL
            kind = kind.rstrip("*")
            if kind in scalars:
                made.field.add(name=field, number=number, label=label, type=scalars[kind])
            else:
                of = f".{file.package}.{kind}"
                made.field.add(name=field, number=number, label=label, type=kinds.TYPE_MESSAGE, type_name=of)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.ModelProto"))


def parsed(model: bytes) -> Message:
    """A serialized ModelProto as a message.

    Raises:
        GraphError: it is none.
    """
    try:
        made = _model_class().FromString(model)
    except message.DecodeError as error:
        raise GraphError("not an ONNX model") from error
    if not made.graph.node:
        raise GraphError("not an ONNX model")
    return made


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
    made = parsed(model)
    columns = np.asarray(keep, dtype=np.int64)
    last = [tensor for tensor in made.graph.initializer if tensor.dims and tensor.dims[-1] == classes]
    if len(last) != 2:
        raise GraphError(f"{len(last)} tensors of {classes} classes instead of weights and bias")
    for tensor in last:
        if tensor.data_type != FLOAT or not tensor.raw_data:
            raise GraphError("the last layer is not stored as raw floats")
        kept = np.frombuffer(tensor.raw_data, dtype="<f4").reshape(tuple(tensor.dims))[..., columns]
        tensor.dims[:], tensor.raw_data = kept.shape, kept.tobytes()
    for output in made.graph.output:
        for dim in output.type.tensor_type.shape.dim:
            if dim.dim_value == classes:
                dim.dim_value = len(columns)
    del made.graph.value_info[:]  # optional notes on inner shapes, which would contradict the new ones
    return bytes(made.SerializeToString())
