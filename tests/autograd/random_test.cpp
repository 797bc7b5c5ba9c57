#include "support/catch.hpp"

#include <array>
#include <gradus/autograd/random.hpp>
#include <set>
#include <thread>
#include <vector>

namespace gradus::random_test {

namespace {

std::array<std::uint32_t, 4> block(const RandomCall& call, std::uint64_t number) {
  std::array<std::uint32_t, 4> words{};
  call.blocks(number, words);
  return words;
}

}  // namespace

TEST_CASE("Philox 4x32-10 gives the known answers of its authors", "[autograd][random]") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(block({0, 0}, 0) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint64_t ones = ~std::uint64_t{0};
  CHECK(block({ones, ones}, ones) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(block({0x299f31d0a4093822, 0x0370734413198a2e}, 0x85a308d3243f6a88) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Words of a call do not depend on how many are asked for at once", "[autograd][random]") {
  const RandomCall call(7, 3);
  std::array<std::uint32_t, 12> many{};
  call.blocks(5, many);
  for (std::uint64_t b = 0; b < 3; ++b) {
    const auto one = block(call, 5 + b);
    CHECK(std::equal(one.begin(), one.end(), many.begin() + static_cast<std::ptrdiff_t>(4 * b)));
  }
}

TEST_CASE("below stays in range, also for ranges that do not divide 2^64", "[autograd][random]") {
  const RandomCall call(1, 1);
  // 3 * 2^62 turns down a quarter of the draws, so further attempts are taken too.
  const std::uint64_t range = GENERATE(1ULL, 2ULL, 3ULL, 10ULL, 3ULL << 62, ~0ULL);
  CAPTURE(range);
  for (std::uint64_t i = 0; i < 1000; ++i) REQUIRE(call.below(range, i) < range);
}

TEST_CASE("below has no modulo bias", "[autograd][random]") {
  // By a plain modulo 3 * 2^62, the first third would come twice as often as each of the others.
  const RandomCall call(2, 0);
  std::array<int, 3> thirds{};
  for (std::uint64_t i = 0; i < 30000; ++i) ++thirds[call.below(3ULL << 62, i) >> 62];
  for (const int count : thirds) CHECK(std::abs(count - 10000) < 400);
}

TEST_CASE("A generator's state can be saved and restored", "[autograd][random]") {
  Generator a(42);
  CHECK(a.state() == Generator::State{42, 0});
  a.next_call();
  a.next_call();
  const Generator::State saved = a.state();
  CHECK(saved == Generator::State{42, 2});
  const auto expected = block(a.next_call(), 0);
  Generator b;
  b.set_state(saved);
  CHECK(block(b.next_call(), 0) == expected);
  CHECK(block(b.next_call(), 0) != expected);
}

TEST_CASE("manual_seed starts the default generator anew", "[autograd][random]") {
  manual_seed(5);
  const auto first = block(default_generator().next_call(), 0);
  CHECK(default_generator().state() == Generator::State{5, 1});
  manual_seed(5);
  CHECK(block(default_generator().next_call(), 0) == first);
  manual_seed(6);
  CHECK(block(default_generator().next_call(), 0) != first);
  manual_seed(0);
}

TEST_CASE("Threads that share a generator never get the same call", "[autograd][random][threads]") {
  Generator generator(3);
  std::array<std::vector<std::array<std::uint32_t, 4>>, 4> seen;
  {
    std::vector<std::thread> threads;
    for (auto& mine : seen)
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) mine.push_back(block(generator.next_call(), 0));
      });
    for (std::thread& thread : threads) thread.join();
  }
  std::set<std::array<std::uint32_t, 4>> distinct;
  for (const auto& mine : seen) distinct.insert(mine.begin(), mine.end());
  CHECK(distinct.size() == 2000);
  CHECK(generator.state().calls == 2000);
}

}  // namespace gradus::random_test
