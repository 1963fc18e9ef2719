"""Makes the 1 x 1 convolutions of an ONNX model compute in 8-bit integers.

They are nine tenths of the recogniser's arithmetic, and processors multiply 8-bit integers two to four times as fast
as floats. Static quantisation as in Jacob et al., "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference" (2018): weights symmetric with a scale for each output channel, activations with
one scale and zero point for each tensor, whose ranges were measured beforehand (`ranges.json`, made by
``python -m tests.benchmarks.ocr.calibrate``). Everything between the convolutions stays in floats.
"""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.ocr.graph import GraphError, Value, encode_field, fields

Ranges: TypeAlias = Mapping[str, tuple[float, float, float, float]]
"""By the name of a convolution's output: least and greatest value of its input, then of its output."""

_GRAPH = 7  # of ModelProto
_NODE, _INITIALIZER, _OUTPUT = 1, 5, 12  # of GraphProto
_INPUTS, _OUTPUTS, _NAME, _OP_TYPE, _ATTRIBUTE = 1, 2, 3, 4, 5  # of NodeProto
_DIMS, _DATA_TYPE, _TENSOR_NAME, _RAW_DATA = 1, 2, 8, 9  # of TensorProto
_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int8): 3, np.dtype(np.int32): 6}


def fused(model: bytes) -> bytes:
    """The model after ONNX Runtime's optimisations of the graph, which give each convolution its bias.

    They make one node of each GELU as well. Later they could not: in the quantised graph its input comes out of a
    DequantizeLinear that ONNX Runtime copies for each consumer, and the pattern is gone (a fifth of the time).
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fused.onnx"
        options.optimized_model_filepath = str(path)
        onnxruntime.InferenceSession(
            model,
            options,
            providers=["CPUExecutionProvider"],
            # It would make another kind of node of a convolution with a ReLU, which could not be quantised.
            disabled_optimizers=["ConvActivationFusion"],
        )
        return path.read_bytes()


def convolutions(model: bytes) -> list[tuple[str, str]]:
    """Input and output name of each 1 x 1 convolution with a bias, of a `fused` model."""
    graph = _graph(model)
    tensors = _tensors(graph)
    return [(inputs[0], outputs[0]) for inputs, outputs, _ in _found(graph, tensors)]


def with_outputs(model: bytes, names: Iterable[str]) -> bytes:
    """The model with inner tensors among its outputs, to measure their ranges."""
    added = b"".join(encode_field(_OUTPUT, encode_field(1, name.encode())) for name in names)
    return b"".join(
        encode_field(number, value + added if number == _GRAPH and isinstance(value, bytes) else value)
        for number, value in fields(model)
    )


def quantise(model: bytes, ranges: Ranges) -> bytes:
    """The model with every 1 x 1 convolution that `ranges` names in 8 bits.

    Args:
        model: `fused`.
        ranges: of the activations.

    Raises:
        GraphError: a convolution that it names is not there.
    """
    graph = _graph(model)
    tensors = _tensors(graph)
    replaced: dict[str, bytes] = {}
    dropped: set[str] = set()
    for inputs, outputs, attributes in _found(graph, tensors):
        if outputs[0] in ranges:
            weights, bias = tensors[inputs[1]], tensors[inputs[2]]
            replaced[outputs[0]] = _integer(inputs[0], outputs[0], weights, bias, attributes, ranges[outputs[0]])
            dropped |= {inputs[1], inputs[2]}
    if missing := set(ranges) - set(replaced):
        raise GraphError(f"{len(missing)} convolutions are not where they were measured, {min(missing)} among them")
    parts: list[bytes] = []
    for number, value in graph:
        if number == _NODE and isinstance(value, bytes):
            _, outputs, _, _ = _node(value)
            parts.append(replaced.get(outputs[0]) or encode_field(number, value))
        elif not (number == _INITIALIZER and isinstance(value, bytes) and _tensor_name(value) in dropped):
            parts.append(encode_field(number, value))
    made = b"".join(parts)
    return b"".join(encode_field(number, made if number == _GRAPH else value) for number, value in fields(model))


def _integer(
    source: str,
    target: str,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    attributes: list[bytes],
    bounds: tuple[float, float, float, float],
) -> bytes:
    """Nodes and tensors that stand for one convolution: quantise, convolve, dequantise."""
    in_scale, in_zero = _affine(*bounds[:2])
    out_scale, out_zero = _affine(*bounds[2:])
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
    scales = (np.maximum(largest, 1e-9) / 127).astype(np.float32)
    whole = np.clip(np.rint(weights / scales[:, None, None, None]), -127, 127).astype(np.int8)
    offset = np.rint(bias / (np.float64(in_scale) * scales)).astype(np.int32)
    names = [f"{target}:{part}" for part in ("xs", "xz", "w", "ws", "wz", "ys", "yz", "b")]
    xs, xz, w, ws, wz, ys, yz, b = names
    values: list[NDArray[np.float32 | np.uint8 | np.int8 | np.int32]] = [
        np.array(in_scale, np.float32), np.array(in_zero, np.uint8), whole, scales,
        np.zeros(len(scales), np.int8), np.array(out_scale, np.float32), np.array(out_zero, np.uint8), offset,
    ]  # fmt: skip
    nodes = (
        _make("QuantizeLinear", [source, xs, xz], f"{target}:x", []),
        _make("QLinearConv", [f"{target}:x", xs, xz, w, ws, wz, ys, yz, b], f"{target}:y", attributes),
        _make("DequantizeLinear", [f"{target}:y", ys, yz], target, []),
    )
    tensors = (_tensor(name, value) for name, value in zip(names, values, strict=True))
    return b"".join(
        [*(encode_field(_NODE, node) for node in nodes), *(encode_field(_INITIALIZER, tensor) for tensor in tensors)]
    )


def _affine(low: float, high: float) -> tuple[float, int]:
    """Scale and zero point of a range; zero is always exact, because padding is made of it."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = max(high - low, 1e-9) / 255
    return scale, round(-low / scale)


def _graph(model: bytes) -> list[tuple[int, Value]]:
    found = next((value for number, value in fields(model) if number == _GRAPH), None)
    if not isinstance(found, bytes):
        raise GraphError("not an ONNX model")
    return list(fields(found))


def _tensors(graph: list[tuple[int, Value]]) -> dict[str, NDArray[np.float32]]:
    """The float tensors by name."""
    found = {}
    for number, value in graph:
        if number != _INITIALIZER or not isinstance(value, bytes):
            continue
        parts = list(fields(value))
        raw = next((item for key, item in parts if key == _RAW_DATA), None)
        if (_DATA_TYPE, 1) in parts and isinstance(raw, bytes):
            dims = [item for key, item in parts if key == _DIMS and isinstance(item, int)]
            found[_tensor_name(value)] = np.frombuffer(raw, dtype="<f4").reshape(dims)
    return found


def _tensor_name(data: bytes) -> str:
    return next((value.decode() for key, value in fields(data) if key == _TENSOR_NAME and isinstance(value, bytes)), "")


def _found(
    graph: list[tuple[int, Value]], tensors: Mapping[str, NDArray[np.float32]]
) -> list[tuple[list[str], list[str], list[bytes]]]:
    found = []
    for number, value in graph:
        if number == _NODE and isinstance(value, bytes):
            inputs, outputs, kind, attributes = _node(value)
            if kind == "Conv" and len(inputs) == 3 and all(name in tensors for name in inputs[1:]):
                shape = tensors[inputs[1]].shape
                if shape[2:] == (1, 1) and shape[1] > 1:
                    found.append((inputs, outputs, attributes))
    return found


def _node(data: bytes) -> tuple[list[str], list[str], str, list[bytes]]:
    parts = [(number, value) for number, value in fields(data) if isinstance(value, bytes)]
    inputs = [value.decode() for number, value in parts if number == _INPUTS]
    outputs = [value.decode() for number, value in parts if number == _OUTPUTS]
    kind = next((value.decode() for number, value in parts if number == _OP_TYPE), "")
    return inputs, outputs, kind, [value for number, value in parts if number == _ATTRIBUTE]


def _make(kind: str, inputs: list[str], output: str, attributes: list[bytes]) -> bytes:
    return b"".join(
        [
            *(encode_field(_INPUTS, name.encode()) for name in inputs),
            encode_field(_OUTPUTS, output.encode()),
            encode_field(_NAME, f"{output}:{kind}".encode()),
            encode_field(_OP_TYPE, kind.encode()),
            *(encode_field(_ATTRIBUTE, attribute) for attribute in attributes),
        ]
    )


def _tensor(name: str, value: NDArray[np.float32 | np.uint8 | np.int8 | np.int32]) -> bytes:
    return b"".join(
        [
            *(encode_field(_DIMS, dim) for dim in value.shape),
            encode_field(_DATA_TYPE, _TYPES[value.dtype]),
            encode_field(_TENSOR_NAME, name.encode()),
            encode_field(_RAW_DATA, np.ascontiguousarray(value).tobytes()),
        ]
    )
