// The most that the processor can do: independent multiply-adds on registers, in the widest vectors it has,
// on as many threads as the other rows. Compiled with -ffp-contract=fast.
#include <array>
#include <cstdint>
#include <thread>
#include <vector>

#include "harness.hpp"

namespace {

template <class T, int bytes>
using Vector [[gnu::vector_size(bytes)]] = T;

constexpr std::int64_t rounds = 2'000'000;
constexpr int chains =
    12;  // more than the latency of a multiply-add times the units, fewer than the registers

template <class T, int bytes>
[[gnu::always_inline]] inline double multiply_add(T* result) {
  using V = Vector<T, bytes>;
  V sums[chains];
  for (int c = 0; c < chains; ++c) sums[c] = V{} + T(c);  // unlike, or the compiler would make one of them
  const V factor = V{} + T(0.5), term = V{} + *result;
  for (std::int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
    for (int c = 0; c < chains; ++c) sums[c] = sums[c] * factor + term;
  }
  for (int c = 1; c < chains; ++c) sums[0] += sums[c];
  *result = sums[0][0];
  return 2.0 * rounds * chains * bytes / sizeof(T);
}

template <class T>
[[gnu::target("avx512f")]] double avx512(T* result) {
  return multiply_add<T, 64>(result);
}
template <class T>
[[gnu::target("avx2,fma")]] double avx2(T* result) {
  return multiply_add<T, 32>(result);
}
template <class T>
double baseline(T* result) {
  return multiply_add<T, 16>(result);
}

/// Returns the operations done.
template <class T>
double burn() {
  T value = 1;
  const double flops = __builtin_cpu_supports("avx512f")                                 ? avx512(&value)
                       : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2(&value)
                                                                                         : baseline(&value);
  benchmark::DoNotOptimize(value);
  return flops;
}

template <class T>
void add_limit(const std::string& name) {
  add_row("limit/" + name, [](benchmark::State& state) {
    double flops = 0;
    measure(state, [&] {
      std::vector<std::thread> others;
      for (int i = 1; i < wanted_threads(); ++i) others.emplace_back([] { burn<T>(); });
      flops = burn<T>() * wanted_threads();
      for (std::thread& other : others) other.join();
    });
    state.counters["flops"] = flops;
  });
}

}  // namespace

void add_limits() {
  add_limit<float>("float32");
  add_limit<double>("float64");
}
