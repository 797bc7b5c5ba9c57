#!/usr/bin/env python3
"""The arithmetic of the benchmark's table, held to figures worked by hand."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))
import report
import servers
import table


def row(name="step/x", threads=1, ours=(1.0,), flops=0, **peers):
    return table.Row(name, threads, "s", list(ours), {k: list(v) for k, v in peers.items()}, flops)


class Ratios(unittest.TestCase):
    def test_rounds_are_paired(self):
        # 3/1, 8/2 and 10/5, although the medians alone would say 8/2
        self.assertEqual(table.ratios([1, 2, 5], [3, 8, 10]), (3, 2, 4))

    def test_unequal_numbers_of_rounds_are_refused(self):
        with self.assertRaises(ValueError):
            table.ratios([1, 2], [3])

    def test_the_stronger_setting_counts(self):
        both = row(ours=[1, 1, 1], default=[2, 2, 9], tuned=[3, 1.5, 1])
        self.assertEqual(table.strongest(both), "tuned")
        self.assertEqual(table.ratio(both), (1.5, 1, 3))
        self.assertEqual(table.strongest(row(default=[2.0], tuned=[3.0])), "default")

    def test_without_a_peer_there_is_none(self):
        self.assertIsNone(table.ratio(row()))
        refused = row()
        refused.peers["default"] = "no such row"
        self.assertIsNone(table.ratio(refused))
        self.assertEqual(table.cells(refused, {})[2], "-")

    def test_worst_first(self):
        rows = [row("a", default=[2.0]), row("b"), row("c", default=[0.5])]
        self.assertEqual([r.name for r in table.behind_first(rows)], ["c", "a", "b"])

    def test_summary(self):
        rows = [row("a", default=[2.0]), row("b", default=[0.5]), row("c", default=[1.5]), row("d"), row("e", threads=2)]
        self.assertEqual(list(table.summary(rows)), ["1 thread: 3 rows, median 1.50x, least 0.50x, 1 slower than the peer"])


class Speeds(unittest.TestCase):
    def test_gflops_and_share_of_the_limit_of_that_dtype_and_number_of_threads(self):
        limits = {("float32", 1): 100.0, ("float32", 2): 200.0, ("float64", 1): 50.0}
        single = row("matmul/float32/x", ours=[0.4, 0.5, 0.6], flops=20e9)
        self.assertEqual(table.gflops(single), 40)
        self.assertEqual(table.share(single, limits), 0.4)
        self.assertEqual(table.share(row("step/x", 2, [0.5], 20e9), limits), 0.2)
        self.assertEqual(table.share(row("matmul/float64/x", 1, [0.5], 20e9), limits), 0.8)
        self.assertIsNone(table.share(row(), limits))


class Texts(unittest.TestCase):
    def test_amounts_have_three_digits(self):
        for value, unit, text in [(0, "s", "0.00 ns"), (1.234e-9, "s", "1.23 ns"), (12.34e-6, "s", "12.3 us"), (0.9996, "s", "1.00 s"),
                                  (0.123, "s", "123 ms"), (164e6, "B", "164 MB"), (4.5e9, "B", "4.50 GB")]:
            self.assertEqual(table.amount(value, unit), text)

    def test_cells(self):
        full = row("matmul/x", ours=[1e-3, 1e-3], default=[2e-3, 3e-3], tuned=[2e-3, 2e-3], flops=2e6)
        self.assertEqual(table.cells(full, {("float32", 1): 4.0}),
                         ["matmul/x", "1.00 ms", "2.50 ms", "2.00 ms", "2.00x", "(2.00..2.00)", "2.0", "50%"])

    def test_columns_are_aligned(self):
        self.assertEqual(list(table.aligned([["row", "a"], ["x", "100"]])), ["row    a", "x    100"])

    def test_a_line_of_the_page_for_each_op_and_shape(self):
        rows = [row("op/relu/4x4/forward/contiguous", ours=[1e-6], default=[2e-6]), row("op/relu/4x4/backward/strided", ours=[1e-6])]
        self.assertEqual(list(report._op_lines(rows))[1], ["relu 4x4", "1.00 us (2.00)", "", "", "1.00 us"])


class Environment(unittest.TestCase):
    def test_threads_are_pinned_and_tuning_is_added(self):
        plain, tuned = servers.environment(2, False), servers.environment(2, True)
        self.assertEqual((plain["OMP_NUM_THREADS"], plain["OPENBLAS_NUM_THREADS"]), ("2", "2"))
        self.assertNotIn("MALLOC_TOP_PAD_", plain)
        self.assertEqual(tuned["MALLOC_TOP_PAD_"], "67108864")


if __name__ == "__main__":
    unittest.main()
