#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <atomic>
#include <latch>
#include <thread>

#include "support/catch.hpp"

namespace gradus::backward_threads_test {

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

/// Runs `body(i)` on `count` threads that start together. Nothing may escape from it.
template <class F>
void on_threads(int count, F body) {
  std::latch start(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  for (std::thread& thread : threads) thread.join();
}

/// A derivative that waits until told to go on.
struct Waits {
  static constexpr std::string_view name = "test_waits";
  std::latch* arrived;
  std::latch* go_on;
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const {
    arrived->count_down();
    go_on->wait();
    d.wrt(0, [&] { return d.grad(); });
  }
};

}  // namespace

TEST_CASE("backward on several threads over separate graphs that share leaves", "[backward][threads]") {
  constexpr int threads = 4, rounds = 50;
  const Tensor w = full({64}, 3, variable), b = full({64}, 1, variable);
  on_threads(threads, [&](int i) {
    for (int round = 0; round < rounds; ++round) sum(w * w * i + b).backward();
  });
  // Small integers: exact in any order.
  CHECK(w.grad().to_vector<double>() == std::vector<double>(64, 6.0 * (0 + 1 + 2 + 3) * rounds));
  CHECK(b.grad().to_vector<double>() == std::vector<double>(64, threads * rounds));
}

TEST_CASE("grad and second derivatives on several threads", "[backward][threads]") {
  const Tensor w = full({16}, 3, variable);
  std::atomic<int> right = 0;
  on_threads(4, [&](int i) {
    for (int round = 0; round < 25; ++round) {
      const Tensor g = grad(sum(w * w * w * i), w, {.create_graph = true});
      const Tensor h = grad(sum(g), w);
      if (h.to_vector<double>() == std::vector<double>(16, 18.0 * i)) ++right;
    }
  });
  CHECK(right == 100);
  CHECK_FALSE(w.grad().defined());
}

TEST_CASE("large gradients are added up on the thread pool while others do the same", "[backward][threads]") {
  const Tensor w = full({100'000}, 2, variable);
  on_threads(3, [&](int) {
    for (int round = 0; round < 5; ++round) sum(w * w).backward();
  });
  CHECK(sum(w.grad()).item<double>() == 4.0 * 100'000 * 15);
}

TEST_CASE("one thread builds a graph, another differentiates and frees it", "[backward][threads]") {
  const Tensor x = tensor(2, variable);
  Tensor y = x;
  std::thread([&] {
    for (int i = 0; i < 1000; ++i) y = y * 1;
  }).join();
  std::thread([&] {
    y.backward();
    y = Tensor();
  }).join();
  CHECK(x.grad().item<double>() == 1);
}

TEST_CASE("a second backward over the same graph at the same time is an error", "[backward][threads]") {
  const Tensor x = tensor({2, 3}, variable);
  std::latch arrived(1), go_on(1);
  const Tensor shared = record(Waits{&arrived, &go_on}, SourceLocation::current(), x);
  const Tensor y = sum(shared), z = sum(shared * 2);
  std::thread first([&] { y.backward({.retain_graph = true}); });
  arrived.wait();
  // The other graph shares one op, in whose derivative the first thread is right now.
  CHECK_THROWS_AS(z.backward({.retain_graph = true}), GraphError);
  CHECK_THROWS_WITH(grad(z, x, {.retain_graph = true}),
                    Catch::Matchers::Contains("test_waits (backward_threads_test.cpp:") &&
                        Catch::Matchers::Contains("is being differentiated by another backward"));
  go_on.count_down();
  first.join();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{1, 1});
}

TEST_CASE("threads that fight over one graph get a gradient or an error, never a wrong one",
          "[backward][threads]") {
  const Tensor x = full({8}, 2, variable);
  Tensor y = x;
  for (int i = 0; i < 200; ++i) y = y + x;
  const Tensor loss = sum(y);
  std::atomic<int> done = 0, refused = 0;
  on_threads(4, [&](int) {
    for (int round = 0; round < 50; ++round) try {
        if (grad(loss, x, {.retain_graph = true}).to_vector<double>() == std::vector<double>(8, 201)) ++done;
      } catch (const GraphError&) {
        ++refused;
      }
  });
  CHECK(done + refused == 200);
  CHECK(done > 0);
  // And when the first to come frees it: who has the root has it all.
  std::atomic<int> passed = 0;
  on_threads(4, [&](int) {
    try {
      loss.backward();
      ++passed;
    } catch (const GraphError&) {
    }
  });
  CHECK(passed == 1);
  CHECK(x.grad().to_vector<double>() == std::vector<double>(8, 201));
}

}  // namespace gradus::backward_threads_test
