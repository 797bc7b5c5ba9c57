#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

/// Rows are benchmarks of Google Benchmark, timed by the wall clock; the same row has the same name in the
/// program of every library. A row may set these counters, and others of its own, which the table prints as
/// they are:
///   flops  floating-point operations of one run of the loop, 2 for a multiplication with its addition; only
///   matrix
///          products and convolutions count, 2 m n k and 2 (elements of the result) (elements of one filter)
///   units  what the time of one run is divided by, as for a chain of as many ops
///   p50, p99  seconds: quantiles of single runs

/// Adds a row. An exception of `run` is reported as the row's error.
void add_row(const std::string& name, std::function<void(benchmark::State&)> run);

/// Threads that the rows may use, as given on the command line; 1 unless given.
int wanted_threads();

/// Where rows come from: a function a file, called by `main`.
void add_latencies();
void add_limits();
void add_loading();
void add_matmuls();
void add_ops();
void add_optimizers();
void add_scalars();
void add_steps();

/// Measures `f()` after one run to warm up.
template <class F>
void measure(benchmark::State& state, F&& f) {
  f();
  for (auto _ : state) {
    if constexpr (std::is_void_v<decltype(f())>) {
      f();
    } else {
      auto result = f();
      benchmark::DoNotOptimize(result);
    }
  }
}
