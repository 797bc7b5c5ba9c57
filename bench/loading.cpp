// Batches drawn by the loader, and nothing else.
#include <loading.hpp>

#include "harness.hpp"

void add_loading() {
  for (const std::int64_t batch : {64, 256})
    add_row("loading/digits/b" + std::to_string(batch), [=](benchmark::State& state) {
      DigitBatches batches(10'000, batch);
      measure(state, [&] { return batches.next().images; });
    });
}
