#include "peak_memory.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <library.hpp>
#include <loading.hpp>
#include <models.hpp>

int print_peak_memory() {
  constexpr std::int64_t images = 10'000;
  constexpr double data_set = images * (28 * 28 * sizeof(float) + sizeof(std::int64_t));
  models::Cnn net;
  auto optimizer = lib::sgd(lib::parameters(net));
  DigitBatches batches(images, 64);
  for (int step = 0; step < 100; ++step) {
    const auto [pictures, labels] = batches.next();
    optimizer.zero_grad();
    net.loss(net(pictures), labels).backward();
    optimizer.step();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(R"({"name": "peak memory", "bytes": %.0f})"
              "\n",
              static_cast<double>(usage.ru_maxrss) * 1024 - data_set);
  return 0;
}
