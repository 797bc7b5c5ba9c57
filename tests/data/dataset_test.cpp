#include "support/catch.hpp"

#include <algorithm>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/dataset.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::dataset_test {
using namespace test;

namespace {

using Indices = std::vector<std::int64_t>;

/// 0, 10, 20, ...; its size is unsigned, as a user's may well be.
struct Tens {
  std::size_t count;
  std::size_t size() const { return count; }
  std::int64_t get(std::int64_t i) const { return 10 * i; }
};

/// Element i is i plus something random below 1000, times 1000.
struct Noise {
  std::int64_t size() const { return 5; }
  std::int64_t get(std::int64_t i, Generator& generator) const {
    return i + 1000 * static_cast<std::int64_t>(generator.next_call().below(1000, 0));
  }
};

static_assert(data::Dataset<Tens> && data::Dataset<Noise> && data::Dataset<data::TensorDataset<2>>);
static_assert(!data::Dataset<int> && !data::Dataset<Indices>);

template <data::Dataset D>
Indices all(const D& dataset, std::uint64_t seed = 0) {
  Indices elements;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(dataset.size()); ++i) {
    Generator generator(seed);
    elements.push_back(data::element(dataset, i, generator));
  }
  return elements;
}

}  // namespace

TEST_CASE("TensorDataset gives rows of its tensors, one or many", "[data][dataset]") {
  const Tensor x = tensor({{1, 2}, {3, 4}, {5, 6}}), y = tensor({7, 8, 9}, {.dtype = int64});
  const data::TensorDataset rows(x, y);
  CHECK(rows.size() == 3);
  const auto [a, b] = rows.get(1);
  CHECK(same_bits(a, tensor({3, 4})));
  CHECK(b.item<std::int64_t>() == 8);
  const Indices indices{2, 0, 2};
  const auto [as, bs] = rows.get_batch(indices);
  CHECK(same_bits(as, tensor({{5, 6}, {1, 2}, {5, 6}})));
  CHECK(same_bits(bs, tensor({9, 7, 9}, {.dtype = int64})));
  CHECK(data::TensorDataset(zeros({0, 3})).size() == 0);
  CHECK_THROWS_AS(rows.get(3), IndexError);
  CHECK_THROWS_AS(rows.get(-1), IndexError);
  CHECK_THROWS_AS(rows.get_batch(Indices{0, 3}), IndexError);
  CHECK(says(error_of<ShapeError>([&] { data::TensorDataset(x, tensor({1, 2})); }), {"[3, 2]", "[2]"}));
  CHECK_THROWS_AS(data::TensorDataset(tensor(1)), ShapeError);
}

TEST_CASE("map applies a function, with a generator if it wants one", "[data][dataset]") {
  CHECK(all(data::map(Tens{3}, [](std::int64_t v) { return v + 1; })) == Indices{1, 11, 21});
  const auto random = data::map(Tens{3}, [](std::int64_t v, Generator& generator) {
    return v + 1000 * static_cast<std::int64_t>(generator.next_call().below(1000, 0));
  });
  CHECK(all(random, 1) == all(random, 1));
  CHECK(all(random, 1) != all(random, 2));
  for (std::int64_t i = 0; i < 3; ++i) CHECK(all(random, 1)[static_cast<std::size_t>(i)] % 1000 == 10 * i);
  // The generator goes on to the dataset below.
  const auto over_noise = data::map(Noise{}, [](std::int64_t v) { return v; });
  CHECK(all(over_noise, 4) == all(Noise{}, 4));
}

TEST_CASE("subset picks elements in the order given", "[data][dataset]") {
  const auto some = data::subset(Tens{5}, {4, 0, 4});
  CHECK(some.size() == 3);
  CHECK(all(some) == Indices{40, 0, 40});
  CHECK(all(data::subset(some, {1})) == Indices{0});
  CHECK(data::subset(Tens{5}, {}).size() == 0);
  CHECK_THROWS_AS(data::subset(Tens{5}, {5}), IndexError);
  CHECK_THROWS_AS(data::subset(Tens{5}, {-1}), IndexError);
  Generator generator;
  CHECK_THROWS_AS(some.get(3, generator), IndexError);
}

TEST_CASE("a subset fetches many at once where its dataset can", "[data][dataset]") {
  const auto can = [](const auto& dataset) {
    return requires { dataset.get_batch(std::span<const std::int64_t>()); };
  };
  CHECK_FALSE(can(data::subset(Tens{5}, {1})));
  const auto some = data::subset(data::TensorDataset(tensor({0, 1, 2, 3})), {3, 1});
  CHECK(can(some));
  const Indices indices{1, 0, 1};
  CHECK(same_bits(some.get_batch(indices)[0], tensor({1, 3, 1})));
  CHECK_THROWS_AS(some.get_batch(Indices{2}), IndexError);
  CHECK_THROWS_AS(some.get_batch(Indices{-1}), IndexError);
}

TEST_CASE("concat puts one dataset after another", "[data][dataset]") {
  const auto both = data::concat(Tens{2}, data::subset(Tens{9}, {7}));
  CHECK(both.size() == 3);
  CHECK(all(both) == Indices{0, 10, 70});
  CHECK(all(data::concat(Tens{0}, Tens{2})) == Indices{0, 10});
  CHECK(all(data::concat(Noise{}, Tens{1}), 9).size() == 6);
  Generator generator;
  CHECK_THROWS_AS(both.get(3, generator), IndexError);
  CHECK_THROWS_AS(both.get(-1, generator), IndexError);
}

TEST_CASE("split cuts a dataset into random parts that have no element in common", "[data][dataset]") {
  const Tens hundred{101};
  const auto parts = data::split(hundred, {0.5, 0.2, 0.3}, 7);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].size() == 51);  // 50.5, rounded
  CHECK(parts[1].size() == 20);  // up to 70.7
  CHECK(parts[2].size() == 30);
  Indices seen;
  for (const auto& part : parts)
    for (const std::int64_t v : all(part)) seen.push_back(v);
  CHECK(seen != all(hundred));
  std::sort(seen.begin(), seen.end());
  CHECK(seen == all(hundred));
  CHECK(all(data::split(hundred, {0.5, 0.5}, 7)[0]) == all(parts[0]));
  CHECK(all(data::split(hundred, {0.5, 0.5}, 8)[0]) != all(parts[0]));
  CHECK(data::split(hundred, {0, 1, 0}, 1)[1].size() == 101);
  CHECK(data::split(hundred, std::vector<double>(10, 0.1), 1).size() == 10);  // sums up only almost
  CHECK(data::split(Tens{0}, {0.5, 0.5}, 1)[1].size() == 0);
  CHECK_THROWS_AS(data::split(hundred, {}, 1), ValueError);
  CHECK_THROWS_AS(data::split(hundred, {0.5, 0.4}, 1), ValueError);
  CHECK_THROWS_AS(data::split(hundred, {1.5, -0.5}, 1), ValueError);
  CHECK_THROWS_AS(data::split(hundred, {std::nan("")}, 1), ValueError);
}

}  // namespace gradus::dataset_test
