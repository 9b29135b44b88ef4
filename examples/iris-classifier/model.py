"""The trained model: a softmax over a linear function of four scaled lengths."""

import json
from pathlib import Path

import numpy as np


class Model:
    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self.features: list[str] = data["features"]
        self.classes: list[str] = data["classes"]
        self.accuracy: float = data["accuracy"]
        self._mean, self._scale = np.array(data["mean"]), np.array(data["scale"])
        self._weights, self._intercept = np.array(data["weights"]), np.array(data["intercept"])

    def probabilities(self, values: list[float]) -> dict[str, float]:
        """Takes the four lengths in centimetres, in the order of `features`; gives each species its probability."""
        scores = self._weights @ ((np.array(values, dtype=float) - self._mean) / self._scale) + self._intercept
        exponents = np.exp(scores - scores.max())
        return dict(zip(self.classes, (exponents / exponents.sum()).tolist()))
