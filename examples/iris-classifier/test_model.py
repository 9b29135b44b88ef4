"""python3 -m unittest: the exported model says what scikit-learn says, for every flower."""

import tempfile
import unittest
from pathlib import Path

from sklearn.datasets import load_iris

import train
from model import Model


class ModelTest(unittest.TestCase):
    def setUp(self) -> None:
        self.iris = load_iris()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.pipeline = train.new_pipeline().fit(self.iris.data, self.iris.target)
        train.write_model(self.pipeline, 0.96, self.folder / "model.json")
        self.model = Model(self.folder / "model.json")

    def test_same_probabilities_as_scikit_learn(self) -> None:
        for values, expected in zip(self.iris.data, self.pipeline.predict_proba(self.iris.data)):
            for actual, wanted in zip(self.model.probabilities(list(values)).values(), expected):
                self.assertAlmostEqual(actual, wanted, places=12)

    def test_knows_a_typical_flower_of_each_species(self) -> None:
        for values, species in (
            ([5.1, 3.5, 1.4, 0.2], "setosa"),
            ([5.9, 2.8, 4.3, 1.3], "versicolor"),
            ([6.6, 3.0, 5.6, 2.1], "virginica"),
        ):
            result = self.model.probabilities(values)
            self.assertEqual(max(result, key=lambda name: result[name]), species)
            self.assertAlmostEqual(sum(result.values()), 1)

    def test_right_for_most_flowers(self) -> None:
        right = sum(
            max(result, key=lambda name: result[name]) == self.iris.target_names[target]
            for result, target in (
                (self.model.probabilities(list(values)), target)
                for values, target in zip(self.iris.data, self.iris.target)
            )
        )
        self.assertGreaterEqual(right, 143)

    def test_data_file_in_the_repository_is_the_data(self) -> None:
        train.write_data(self.folder / "iris.csv")
        committed = Path(__file__).with_name("iris.csv")
        self.assertEqual((self.folder / "iris.csv").read_bytes(), committed.read_bytes())


if __name__ == "__main__":
    unittest.main()
