// A training in full swing asks the system for no memory: what one step frees serves the next.
#include <sys/resource.h>

#include <gradus/gradus.hpp>

#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace gradus::steady_state_test {

namespace {

/// The digit network, but for sizes that make the test short.
struct Net {
  nn::Conv2d conv1{1, 16, 3};
  nn::Conv2d conv2{16, 64, 3};
  nn::Linear hidden{1600, 64};
  nn::Linear out{64, 10};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    return out(dropout(relu(hidden(flatten(x, 1))), 0.25));
  }
};

/// Pages that the system has handed to this process.
long pages() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace

TEST_CASE("a training step in steady state asks the system for no memory", "[memory]") {
  if (test::sanitized) return;  // whose allocator keeps what is freed from being used again
  manual_seed(1);
  Net net;
  optim::Adam adam{nn::parameters(net)};
  const Tensor images = rand({64, 1, 28, 28}), labels = randint(0, 10, {64}, {.dtype = int64});
  const auto steps = [&](int count) {
    for (int i = 0; i < count; ++i) {
      adam.zero_grad();
      cross_entropy(net(images), labels).backward();
      adam.step();
    }
  };
  steps(20);
  const long before = pages();
  steps(100);
  // A step works with some 20 MB, which are 5,000 pages.
  CHECK(pages() - before < 100);
}

}  // namespace gradus::steady_state_test
