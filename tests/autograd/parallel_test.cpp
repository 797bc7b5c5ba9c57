#include "support/catch.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::parallel_test {

TEST_CASE("parallel_for visits each element once, in chunks cut by size alone", "[autograd][threads]") {
  std::int64_t n = 0, chunk = 0;
  std::tie(n, chunk) = GENERATE(
      table<std::int64_t, std::int64_t>({{0, 10}, {1, 10}, {10, 10}, {11, 10}, {100'003, 64}, {5, 1}}));
  const int threads = GENERATE(1, 2, 5);
  CAPTURE(n, chunk, threads);
  const ThreadLimit limit(threads);
  std::vector<int> visits(static_cast<std::size_t>(n));
  std::vector<int> ends(static_cast<std::size_t>(kernels::chunk_count(n, chunk)));
  kernels::parallel_for(n, chunk, [&](std::int64_t begin, std::int64_t end) {
    ends.at(static_cast<std::size_t>(begin / chunk)) += end == std::min(n, begin + chunk) ? 1 : 100;
    for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
  });
  CHECK(visits == std::vector<int>(visits.size(), 1));
  CHECK(ends == std::vector<int>(ends.size(), 1));
}

TEST_CASE("an exception of one chunk reaches the caller of parallel_for", "[autograd][threads]") {
  const auto fail_at_500 = [](std::int64_t begin, std::int64_t) {
    if (begin == 500) throw std::runtime_error("chunk 500");
  };
  CHECK_THROWS_WITH(kernels::parallel_for(1000, 10, fail_at_500), "chunk 500");
}

TEST_CASE("ThreadLimit wants a thread", "[autograd]") { CHECK_THROWS_AS(ThreadLimit(0), ValueError); }

TEST_CASE("backward from several threads gathers in a leaf they share", "[autograd][threads]") {
  const Tensor shared = full({300, 200}, 1.0, {.requires_grad = true});
  constexpr int threads = 4, rounds = 10;
  std::vector<std::thread> running;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&shared, &wrong] {
      for (int round = 0; round < rounds; ++round) {
        const Tensor own = full({300, 200}, 2.0, {.requires_grad = true});
        sum(shared * own * own).backward();  // d/d shared = own^2 = 4, d/d own = 2 shared own = 4
        if (sum(own.grad()).item<float>() != 4 * 300 * 200) ++wrong;
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  CHECK(wrong == 0);
  CHECK(sum(shared.grad()).item<float>() == 4.0F * threads * rounds * 300 * 200);
}

TEST_CASE("recording is switched for one thread only", "[autograd][threads]") {
  const NoGrad guard;
  bool other = false;
  std::thread([&other] { other = is_recording(); }).join();
  CHECK(other);
  CHECK_FALSE(is_recording());
}

}  // namespace gradus::parallel_test
