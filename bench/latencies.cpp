// Inference: how long a caller waits for the digit network's answer.
#include <algorithm>
#include <chrono>
#include <library.hpp>
#include <models.hpp>
#include <vector>

#include "harness.hpp"

namespace {

double quantile(std::vector<double>& values, double q) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

void add_latency(std::int64_t batch) {
  add_row("inference/cnn/b" + std::to_string(batch), [=](benchmark::State& state) {
    models::Cnn net;
    lib::eval(net);
    const lib::NoGrad guard;
    const lib::Tensor images = lib::rand({batch, 1, 28, 28});
    std::vector<double> waits;
    double total = 0;
    const auto answer = [&] {
      const auto start = std::chrono::steady_clock::now();
      const lib::Tensor scores = net(images);
      waits.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
      total += waits.back();
    };
    measure(state, answer);
    while (waits.size() < 1000 && total < 0.5) answer();  // for a quantile takes more than a mean
    state.counters["flops"] = lib::forward_flops(net, {batch, 1, 28, 28});
    state.counters["p50"] = quantile(waits, 0.5);
    state.counters["p99"] = quantile(waits, 0.99);
  });
}

}  // namespace

void add_latencies() {
  for (const std::int64_t batch : {1, 64}) add_latency(batch);
}
