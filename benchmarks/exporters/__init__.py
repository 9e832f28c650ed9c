"""Exported models: written by a framework, run by the runtime that they are meant for.

produce   a process with the framework: the artefact, examples, and the framework's own outputs
serve     a process with the runtime, and with the framework only where that is the runtime
trial     starts both, compares, and tells how it ended; holds neither
keras, tensorflow, pytorch    how each framework writes each format
runtimes, browser             how each format is loaded and run
"""

__all__ = ["FORMATS", "RUNTIMES"]

#: What each stack's framework says that it can be exported to, by itself or by the converter that
#: its documentation names. A stack that is absent would export what another of its framework does.
FORMATS = {
    "keras-tensorflow": (
        *("keras-file", "saved-model", "onnx", "litert", "openvino"),
        *("onnx-web", "tfjs"),
    ),
    "keras-torch": ("keras-file", "saved-model", "onnx", "litert", "openvino", "pt2"),
    "keras-jax": ("keras-file", "saved-model", "onnx", "openvino"),
    "tensorflow-graph": ("saved-model", "onnx", "litert", "openvino", "onnx-web", "tfjs"),
    "pytorch-eager": (
        *("pt2", "aot-inductor", "onnx", "litert", "openvino", "executorch"),
        *("onnx-web",),
    ),
}
#: What runs each format: the package whose version counts.
RUNTIMES = {
    "keras-file": "keras",
    "saved-model": "tensorflow",
    "onnx": "onnxruntime",
    "litert": "ai-edge-litert",
    "openvino": "openvino",
    "pt2": "torch",
    "aot-inductor": "torch",
    "executorch": "executorch",
    "onnx-web": "onnxruntime-web",
    "tfjs": "@tensorflow/tfjs",
}
