// Matrix products: squares, and the shapes of linear layers.
#include <library.hpp>

#include "harness.hpp"

namespace {

void add_matmul(const std::string& dtype, std::int64_t m, std::int64_t k, std::int64_t n) {
  const std::string name = std::to_string(m) + "x" + std::to_string(k) + "x" + std::to_string(n);
  add_row("matmul/" + dtype + "/" + name, [=](benchmark::State& state) {
    const lib::NoGrad guard;
    lib::Tensor a = lib::rand({m, k}), b = lib::rand({k, n});
    if (dtype == "float64") a = lib::to_float64(a), b = lib::to_float64(b);
    measure(state, [&] { return lib::matmul(a, b); });
    state.counters["flops"] = static_cast<double>(2 * m * k * n);
  });
}

}  // namespace

void add_matmuls() {
  for (const std::string dtype : {"float32", "float64"}) {
    for (std::int64_t n = 16; n <= 2048; n *= 2) add_matmul(dtype, n, n, n);
    add_matmul(dtype, 64, 1600, 128);  // a small batch through a wide layer
    add_matmul(dtype, 128, 64, 1600);  // and that layer's gradient by its weight
    add_matmul(dtype, 8192, 256, 64);  // tall: many rows, few columns
    add_matmul(dtype, 64, 256, 8192);  // wide
    add_matmul(dtype, 64, 8192, 64);   // a long sum for a small result
    add_matmul(dtype, 1, 1024, 1024);  // a vector times a matrix
  }
}
