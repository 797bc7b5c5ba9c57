#include <gradus/autograd/random.hpp>

#include <Random123/philox.h>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/wide_product.hpp>

namespace gradus {

namespace {

r123::Philox4x32::ctr_type philox(std::uint64_t seed, std::uint64_t number, std::uint64_t block) {
  const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
  return r123::Philox4x32{}({{low(block), high(block), low(number), high(number)}},
                            {{low(seed), high(seed)}});
}

}  // namespace

void RandomCall::blocks(std::uint64_t first_block, std::span<std::uint32_t> words) const {
  kernels::vectorized([=, seed = seed_, number = number_, out = words.data(), count = words.size() / 4] {
    for (std::size_t i = 0; i < count; ++i) {
      const auto block = philox(seed, number, first_block + i);
      for (std::size_t j = 0; j < 4; ++j) out[4 * i + j] = block.v[j];
    }
  });
}

std::uint64_t RandomCall::below(std::uint64_t range, std::uint64_t i) const {
  auto block = philox(seed_, number_, i / 2);
  kernels::WideProduct scaled = kernels::scale_words(block.v + i % 2 * 2, range);
  if (scaled.low >= range) return scaled.high;
  // 2^64 mod range of the 2^64 numbers are turned down, and as many are left for each result (Lemire, "Fast
  // random integer generation in an interval", 2019).
  const std::uint64_t surplus = (0 - range) % range;
  for (std::uint64_t attempt = 1; scaled.low < surplus; ++attempt) {
    block = philox(seed_, number_, i + (attempt << 48));
    scaled = kernels::scale_words(block.v, range);
  }
  return scaled.high;
}

Generator::State Generator::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void Generator::set_state(const State& state) {
  const std::scoped_lock lock(mutex_);
  state_ = state;
}

RandomCall Generator::next_call() {
  const std::scoped_lock lock(mutex_);
  return {state_.seed, state_.calls++};
}

Generator& default_generator() {
  static Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().set_state({seed, 0}); }

}  // namespace gradus
