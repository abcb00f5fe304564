"""The ONNX graph of a trained network, written node by node: whole numbers where it multiplies.

What a multiplication is given is one byte a number, by a range measured beforehand, and so is each weight: the answer
for a piece does not depend on what else is in the batch. Weights take seven bits of their eight, with which no sum
overflows on processors without VNNI either, so that all give the same answer.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.neural.listed import COLUMNS
from isnad_entities.tagging.neural.network import INPUTS, OUTPUT

Floats = NDArray[np.float32]

_OPSET = 20
_IR_VERSION = 10
_WHOLE = "com.microsoft"
_ZERO = 128
_MOST_WEIGHT = 63
_END = np.iinfo(np.int64).max
_TAPS = 3


class _Nodes:
    """Nodes and constants, as they are added."""

    def __init__(self, weights: Mapping[str, Floats], ranges: Mapping[str, float]) -> None:
        self.weights, self.ranges = weights, ranges
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def add(self, kind: str, *inputs: str, domain: str = "", output: str = "", **attributes: object) -> str:
        """Add a node and return the name of its output."""
        name = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def constant(self, name: str, array: NDArray[Any] | np.generic) -> str:
        """Return the name of a constant, which is added once."""
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.array(array, order="C"), name)
        return name

    def weight(self, name: str) -> str:
        """A weight as it is."""
        return self.constant(name, self.weights[name].astype(np.float32))

    def bytes_of(self, values: str, layer: str) -> tuple[str, str]:
        """Values as bytes, by the range of what the layer is given, and the name of their scale."""
        scale = self.constant(f"{layer}.range", np.float32(max(self.ranges[layer], 1e-6) / (255 - _ZERO)))
        return self.add("QuantizeLinear", values, scale, self.constant("zero", np.uint8(_ZERO))), scale

    def multiplied(self, values: str, scale: str, layer: str, columns: slice = slice(None)) -> str:
        """Bytes through the linear layer of this name, or some of its columns."""
        matrix, bias = self.weights[f"{layer}.weight"][columns].T, self.weights[f"{layer}.bias"][columns]
        scales = np.maximum(np.abs(matrix).max(0), 1e-8) / _MOST_WEIGHT
        name = f"{layer}.{columns.start or 0}"
        return self.add(
            "MatMulIntegerToFloat",
            values,
            self.constant(f"{name}.whole", np.rint(matrix / scales).astype(np.int8)),
            scale,
            self.constant(f"{name}.scales", scales.astype(np.float32)),
            "zero",
            "",
            self.constant(f"{name}.bias", bias.astype(np.float32)),
            domain=_WHOLE,
        )

    def linear(self, values: str, layer: str) -> str:
        """Values through a linear layer."""
        return self.multiplied(*self.bytes_of(values, layer), layer)

    def gated(self, values: str, scale: str, layer: str) -> str:
        """Bytes through a linear layer, one half of whose answer opens and shuts the other."""
        half = len(self.weights[f"{layer}.bias"]) // 2
        value = self.multiplied(values, scale, layer, slice(0, half))
        gate = self.multiplied(values, scale, layer, slice(half, 2 * half))
        return self.add("Mul", value, self.add("Sigmoid", gate))

    def norm(self, values: str, layer: str) -> str:
        """Values with the same mean and spread in each word."""
        return self.add(
            "LayerNormalization", values, self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias"), axis=-1
        )

    def mark(self, marks: str, table: str) -> str:
        """The rows of marks."""
        return self.add("Gather", self.weight(f"{table}.weight"), marks)

    def shifted(self, values: str, before: int, behind: int, filling: str) -> str:
        """Values with so many words of filling before and behind them."""
        pads = self.constant(f"pads.{before}.{behind}", np.array([0, before, 0, 0, behind, 0], np.int64))
        return self.add("Pad", values, pads, filling)

    def cut(self, values: str, start: int, end: int) -> str:
        """The words from one to another; an end of 0 is the last, a negative one counts from there."""
        bounds = [self.constant(f"at.{bound}", np.array([bound], np.int64)) for bound in (start, end or _END, 1)]
        return self.add("Slice", values, bounds[0], bounds[1], bounds[2])

    def layer(self, states: str, name: str, step: int, side: int, filled: str | None) -> str:
        """A `modules.Layer`; `filled` is only needed where it looks at what is behind a word."""
        reach = (_TAPS - 1) * step
        before = reach if side < 0 else 0 if side > 0 else reach // 2
        normed = self.norm(states, f"{name}.norm")
        if filled:
            normed = self.add("Mul", normed, filled)
        given, scale = self.bytes_of(normed, f"{name}.gated")
        padded = self.shifted(given, before, reach - before, "zero")
        taps = [self.cut(padded, tap * step, tap * step - reach) for tap in range(_TAPS)]
        return self.add("Add", states, self.gated(self.add("Concat", *taps, axis=-1), scale, f"{name}.gated"))

    def tower(self, states: str, name: str, sight: tuple[int, ...], side: int, filled: str | None) -> str:
        """A `modules.Tower`."""
        for number, step in enumerate(sight):
            states = self.layer(states, f"{name}.layers.{number}", step, side, filled)
        normed = self.norm(states, f"{name}.norm")
        return self.add("Mul", normed, filled) if filled else normed


def build(
    weights: Mapping[str, Floats], ranges: Mapping[str, float], sight: tuple[int, ...], tagger_sight: tuple[int, ...]
) -> bytes:
    """Return the graph of a `modules.Tagging`.

    Args:
        weights: its state, by the names of its parameters; the words' rows are no part of the graph.
        ranges: for each linear layer the greatest absolute number that it is given.
        sight: distances at which the towers' layers look.
        tagger_sight: those of the head's.
    """
    nodes = _Nodes(weights, ranges)
    rows, listed, marks, next_marks, filled = INPUTS
    half = len(weights["encoder.enter.bias"]) // 2
    given, scale = nodes.bytes_of(rows, "encoder.enter")
    sides = [
        nodes.multiplied(given, scale, "encoder.enter", columns) for columns in (slice(0, half), slice(half, 2 * half))
    ]
    before = nodes.add("Add", sides[0], nodes.mark(marks, "encoder.mark"))
    behind = nodes.add("Add", sides[1], nodes.mark(next_marks, "encoder.next_mark"))
    before = nodes.tower(before, "encoder.before", sight, -1, None)
    behind = nodes.tower(behind, "encoder.behind", sight, 1, filled)
    nothing = nodes.constant("nothing", np.float32(0))
    around = nodes.add(
        "Concat",
        nodes.cut(nodes.shifted(before, 1, 0, nothing), 0, -1),
        nodes.cut(nodes.shifted(behind, 0, 1, nothing), 1, 0),
        axis=-1,
    )
    around = _mixed(nodes, around, marks, next_marks)
    known = nodes.add(
        "Relu",
        nodes.add(
            "Add",
            nodes.add(
                "MatMul",
                listed,
                nodes.constant("head.listed.turned", weights["head.listed.weight"].T.astype(np.float32)),
            ),
            nodes.weight("head.listed.bias"),
        ),
    )
    seen = nodes.add("Concat", before, behind, around, rows, known, axis=-1)
    states = nodes.linear(seen, "head.enter")
    for table, which in (("head.mark", marks), ("head.next_mark", next_marks)):
        states = nodes.add("Add", states, nodes.mark(which, table))
    for number, step in enumerate(tagger_sight):
        states = nodes.layer(states, f"head.layers.{number}", step, 0, filled)
    leave = nodes.constant("head.leave.turned", weights["head.leave.weight"].T.astype(np.float32))
    answer = nodes.add("MatMul", nodes.norm(states, "head.norm"), leave)
    nodes.add("Add", answer, nodes.weight("head.leave.bias"), output=OUTPUT)
    return _model(nodes, weights["encoder.enter.weight"].shape[1])


def _mixed(nodes: _Nodes, around: str, marks: str, next_marks: str) -> str:
    """What stands between a word's neighbours, gated; the marks have a say in both halves."""
    layer = "encoder.mix"
    half = len(nodes.weights[f"{layer}.bias"]) // 2
    given, scale = nodes.bytes_of(around, layer)
    halves = []
    for start in (0, half):
        columns = slice(start, start + half)
        answer = nodes.multiplied(given, scale, layer, columns)
        for table, which in (("encoder.mix_mark", marks), ("encoder.mix_next_mark", next_marks)):
            part = nodes.constant(f"{table}.{start}", nodes.weights[f"{table}.weight"][:, columns].astype(np.float32))
            answer = nodes.add("Add", answer, nodes.add("Gather", part, which))
        halves.append(answer)
    return nodes.add("Mul", halves[0], nodes.add("Sigmoid", halves[1]))


def _model(nodes: _Nodes, width: int) -> bytes:
    shapes = {
        "rows": (TensorProto.FLOAT, width),
        "listed": (TensorProto.FLOAT, COLUMNS),
        "marks": (TensorProto.INT64, 0),
        "next_marks": (TensorProto.INT64, 0),
        "filled": (TensorProto.FLOAT, 1),
    }
    inputs = [
        helper.make_tensor_value_info(name, kind, ["pieces", "words", *([size] if size else [])])
        for name, (kind, size) in shapes.items()
    ]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["pieces", "words", len(LABELS)])
    graph = helper.make_graph(nodes.nodes, "tagging", inputs, [output], list(nodes.constants.values()))
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_WHOLE, 1)]
    model = helper.make_model(graph, opset_imports=opsets, producer_name="isnad")
    model.ir_version = _IR_VERSION
    content: bytes = model.SerializeToString()
    return content
