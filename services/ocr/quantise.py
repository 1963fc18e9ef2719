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

from services.ocr.graph import FLOAT, GraphError, Message, parsed

Ranges: TypeAlias = Mapping[str, tuple[float, float, float, float]]
"""By the name of a convolution's output: least and greatest value of its input, then of its output."""

_TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.uint8): 2, np.dtype(np.int8): 3, np.dtype(np.int32): 6}
"""TensorProto.DataType."""


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
    graph = parsed(model).graph
    tensors = _floats(graph)
    return [(node.input[0], node.output[0]) for node in graph.node if _is_pointwise(node, tensors)]


def with_outputs(model: bytes, names: Iterable[str]) -> bytes:
    """The model with inner tensors among its outputs, to measure their ranges."""
    made = parsed(model)
    for name in names:
        made.graph.output.add(name=name)
    return bytes(made.SerializeToString())


def quantise(model: bytes, ranges: Ranges) -> bytes:
    """The model with every 1 x 1 convolution that `ranges` names in 8 bits.

    Args:
        model: `fused`.
        ranges: of the activations.

    Raises:
        GraphError: a convolution that it names is not there.
    """
    made = parsed(model)
    graph = made.graph
    tensors = _floats(graph)
    before = list(graph.node)
    chosen = {node.output[0]: node for node in before if _is_pointwise(node, tensors) and node.output[0] in ranges}
    if missing := set(ranges) - set(chosen):
        raise GraphError(f"{len(missing)} convolutions are not where they were measured, {min(missing)} among them")
    dropped = {name for node in chosen.values() for name in node.input[1:]}
    kept = [tensor for tensor in graph.initializer if tensor.name not in dropped]
    del graph.node[:], graph.initializer[:]
    graph.initializer.extend(kept)
    for node in before:
        if node.output[0] in chosen:
            weights, bias = (tensors[name] for name in node.input[1:])
            _integer(graph, node, weights, bias, ranges[node.output[0]])
        else:
            graph.node.append(node)
    return bytes(made.SerializeToString())


def _integer(
    graph: Message,
    node: Message,
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    bounds: tuple[float, float, float, float],
) -> None:
    """Add to the graph what stands for one convolution: quantise, convolve, dequantise, and their tensors."""
    source, target = node.input[0], node.output[0]
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
    for name, value in zip(names, values, strict=True):
        raw = np.ascontiguousarray(value).tobytes()
        graph.initializer.add(name=name, dims=value.shape, data_type=_TYPES[value.dtype], raw_data=raw)
    for kind, inputs, output, attributes in (
        ("QuantizeLinear", [source, xs, xz], f"{target}:x", []),
        ("QLinearConv", [f"{target}:x", xs, xz, w, ws, wz, ys, yz, b], f"{target}:y", node.attribute),
        ("DequantizeLinear", [f"{target}:y", ys, yz], target, []),
    ):
        graph.node.add(input=inputs, output=[output], name=f"{output}:{kind}", op_type=kind, attribute=attributes)


def _affine(low: float, high: float) -> tuple[float, int]:
    """Scale and zero point of a range; zero is always exact, because padding is made of it."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = max(high - low, 1e-9) / 255
    return scale, round(-low / scale)


def _floats(graph: Message) -> dict[str, NDArray[np.float32]]:
    """The float tensors by name."""
    return {
        tensor.name: np.frombuffer(tensor.raw_data, dtype="<f4").reshape(tuple(tensor.dims))
        for tensor in graph.initializer
        if tensor.data_type == FLOAT and tensor.raw_data
    }


def _is_pointwise(node: Message, tensors: Mapping[str, NDArray[np.float32]]) -> bool:
    """Whether it is a 1 x 1 convolution over several channels, with weights and bias in floats."""
    if node.op_type != "Conv" or len(node.input) != 3 or not all(name in tensors for name in node.input[1:]):
        return False
    shape = tensors[node.input[1]].shape
    return shape[2:] == (1, 1) and shape[1] > 1
