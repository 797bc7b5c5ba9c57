#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/loader.hpp>
#include <gradus/data/mnist.hpp>
#include <gradus/data/transforms.hpp>
#include <set>
#include <stdexcept>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::loader_test {
using namespace test;

namespace {

using Indices = std::vector<std::int64_t>;

/// `count` elements that `make(i)` makes.
template <class F>
struct Made {
  std::int64_t count;
  F make;
  std::int64_t size() const { return count; }
  auto get(std::int64_t i) const { return make(i); }
};
template <class F>
Made(std::int64_t, F) -> Made<F>;

auto numbers(std::int64_t count) {
  return Made{count, [](std::int64_t i) { return i; }};
}

template <class L>
Indices epoch_of(L& loader) {
  Indices elements;
  for (const Tensor& batch : loader)
    for (const std::int64_t v : batch.template to_vector<std::int64_t>()) elements.push_back(v);
  return elements;
}

Indices sorted(Indices elements) {
  std::sort(elements.begin(), elements.end());
  return elements;
}

struct Sample {
  Tensor image;
  std::int64_t label;
  float weight;
};

}  // namespace

TEST_CASE("a loop over a Loader binds the parts of its batches", "[data][loader]") {
  const auto train =
      data::mnist(data::Split::train, {.folder = std::string(GRADUS_SOURCE_DIR) + "/data/sample"});
  std::vector<int> seen(10), expected(10);
  std::int64_t batches = 0, digits = 0;
  for (auto [images, labels] : data::Loader{train, {.batch_size = 64, .shuffle = true}}) {
    const std::int64_t n = batches++ == 31 ? 16 : 64;
    CHECK(images.shape() == Shape{n, 1, 28, 28});
    CHECK(labels.shape() == Shape{n});
    digits += n;
    for (const std::int64_t label : labels.to_vector<std::int64_t>())
      ++seen.at(static_cast<std::size_t>(label));
  }
  for (const std::int64_t label : train.labels().to_vector<std::int64_t>())
    ++expected.at(static_cast<std::size_t>(label));
  CHECK(digits == 2000);
  CHECK(seen == expected);
}

TEST_CASE("batches follow the dataset's order unless shuffled", "[data][loader]") {
  data::Loader loader{numbers(7), {.batch_size = 3}};
  std::vector<Indices> batches;
  for (const Tensor& batch : loader) batches.push_back(batch.to_vector<std::int64_t>());
  CHECK(loader.size() == 3);
  CHECK(batches == std::vector<Indices>{{0, 1, 2}, {3, 4, 5}, {6}});
  data::Loader dropping{numbers(7), {.batch_size = 3, .drop_last = true}};
  CHECK(dropping.size() == 2);
  CHECK(epoch_of(dropping) == Indices{0, 1, 2, 3, 4, 5});
  data::Loader exact{numbers(6), {.batch_size = 3, .drop_last = true}};
  CHECK(epoch_of(exact) == Indices{0, 1, 2, 3, 4, 5});
  data::Loader one_batch{numbers(3), {.batch_size = INT64_MAX}};
  CHECK(one_batch.size() == 1);
  CHECK(epoch_of(one_batch) == Indices{0, 1, 2});
  data::Loader nothing{numbers(3), {.batch_size = 4, .drop_last = true}};
  CHECK(nothing.size() == 0);
  CHECK(epoch_of(nothing).empty());
}

TEST_CASE("shuffling is a permutation, another one in each epoch", "[data][loader]") {
  data::Loader loader{numbers(100), {.batch_size = 7, .shuffle = true, .seed = 3}};
  const Indices first = epoch_of(loader), second = epoch_of(loader);
  data::Loader plain{numbers(100), {.batch_size = 100}};
  CHECK(first != epoch_of(plain));
  CHECK(first != second);
  CHECK(sorted(first) == epoch_of(plain));
  CHECK(sorted(second) == epoch_of(plain));
  CHECK(loader.epoch() == 2);
  loader.set_epoch(0);
  CHECK(epoch_of(loader) == first);
  data::Loader again{numbers(100), {.batch_size = 50, .shuffle = true, .seed = 3, .prefetch = 0}};
  CHECK(epoch_of(again) == first);
  data::Loader other{numbers(100), {.batch_size = 7, .shuffle = true, .seed = 4}};
  CHECK(epoch_of(other) != first);
}

TEST_CASE("manual_seed makes loaders repeat themselves", "[data][loader]") {
  const auto run = [](std::uint64_t seed) {
    manual_seed(seed);
    data::Loader a{numbers(50), {.shuffle = true}}, b{numbers(50), {.shuffle = true}};
    return std::pair(epoch_of(a), epoch_of(b));
  };
  const auto [a, b] = run(1);
  CHECK(a != b);
  CHECK(run(1) == std::pair(a, b));
  CHECK(run(2).first != a);
}

TEST_CASE("order and augmentation do not depend on threads or prefetch", "[data][loader][threads]") {
  const auto digits =
      data::mnist(data::Split::test, {.folder = std::string(GRADUS_SOURCE_DIR) + "/data/sample"});
  const auto augmented = data::map(
      data::subset(digits,
                   [] {
                     Indices some(60);
                     std::iota(some.begin(), some.end(), 100);
                     return some;
                   }()),
      [](const data::Mnist::Example& e, Generator& generator) {
        const Tensor moved = data::random_shift(e.image, 2, generator);
        return std::pair(data::random_affine(moved, generator, {.degrees = 10, .shift = 0.1}), e.label);
      });
  const auto two_epochs = [&](std::int64_t prefetch) {
    std::vector<Tensor> parts;
    data::Loader loader{augmented, {.batch_size = 8, .shuffle = true, .seed = 5, .prefetch = prefetch}};
    data::Loader whole{digits, {.batch_size = 300, .shuffle = true, .seed = 5, .prefetch = prefetch}};
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (const auto& [images, labels] : loader) {
        parts.push_back(flatten(images));
        parts.push_back(labels.to(float32));
      }
      for (const auto& [images, labels] : whole) parts.push_back(flatten(images));
    }
    return cat(parts, 0);
  };
  const ThreadLimit one(1);
  const Tensor expected = two_epochs(0);
  for (const int threads : {1, 2, 3, 8})
    for (const std::int64_t prefetch : {0, 1, 4}) {
      CAPTURE(threads, prefetch);
      const ThreadLimit limit(threads);
      CHECK(same_bits(two_epochs(prefetch), expected));
    }
}

TEST_CASE("random elements differ between epochs and elements", "[data][loader]") {
  const auto noise = data::map(numbers(50), [](std::int64_t, Generator& generator) {
    return static_cast<std::int64_t>(generator.next_call().below(INT64_MAX, 0));
  });
  data::Loader loader{noise, {.batch_size = 10, .seed = 1}};
  const Indices first = epoch_of(loader), second = epoch_of(loader);
  std::set<std::int64_t> distinct(first.begin(), first.end());
  distinct.insert(second.begin(), second.end());
  CHECK(distinct.size() == 100);
  loader.set_epoch(0);
  CHECK(epoch_of(loader) == first);
}

TEST_CASE("elements of every kind are stacked", "[data][loader]") {
  const auto one_batch = [](auto make) {
    data::Loader loader{Made{3, make}, {.batch_size = 3}};
    return *loader.begin();
  };
  const Tensor counting = tensor({0, 1, 2});
  CHECK(same_bits(one_batch([](std::int64_t i) { return i; }), counting.to(int64)));
  CHECK(
      same_bits(one_batch([](std::int64_t i) { return static_cast<std::uint8_t>(i); }), counting.to(int64)));
  CHECK(same_bits(one_batch([](std::int64_t i) { return i == 1; }), tensor({0, 1, 0}, {.dtype = int64})));
  CHECK(same_bits(one_batch([](std::int64_t i) { return static_cast<float>(i); }), counting));
  CHECK(same_bits(one_batch([](std::int64_t i) { return static_cast<double>(i); }), counting.to(float64)));
  CHECK(same_bits(one_batch([](std::int64_t i) { return full({2}, static_cast<double>(i)); }),
                  tensor({{0, 0}, {1, 1}, {2, 2}})));
  const auto row = [](std::int64_t i) { return full({1, 2}, static_cast<double>(i), {.dtype = uint8}); };
  const auto [x, y] =
      one_batch([&](std::int64_t i) { return std::pair(row(i), 0.5 * static_cast<double>(i)); });
  CHECK(x.shape() == Shape{3, 1, 2});
  CHECK(x.dtype() == uint8);
  CHECK(same_bits(y, tensor({0, 0.5, 1}, {.dtype = float64})));
  const auto [a, b, c] = one_batch([&](std::int64_t i) { return std::tuple(row(i), i, row(i + 1)); });
  CHECK(same_bits(b, counting.to(int64)));
  CHECK(same_bits(c, a + tensor(1, {.dtype = uint8})));
  const auto [image, label, weight] = one_batch([&](std::int64_t i) { return Sample{row(i), 7 * i, 2.5F}; });
  CHECK(same_bits(image, a));
  CHECK(same_bits(label, tensor({0, 7, 14}, {.dtype = int64})));
  CHECK(same_bits(weight, tensor({2.5, 2.5, 2.5})));
  CHECK_THROWS_AS(one_batch([](std::int64_t i) { return zeros({i + 1}); }), ShapeError);
}

TEST_CASE("a collate of one's own makes the batches", "[data][loader]") {
  const auto total = [](const std::vector<std::int64_t>& elements) {
    return std::accumulate(elements.begin(), elements.end(), std::int64_t{0});
  };
  data::Loader loader{numbers(7), {.batch_size = 3}, total};
  Indices sums;
  for (const std::int64_t sum : loader) sums.push_back(sum);
  CHECK(sums == Indices{3, 12, 6});
  // It gets the elements even where the dataset could fetch a batch.
  data::Loader rows{data::TensorDataset(zeros({4, 2})),
                    {.batch_size = 4},
                    [](const std::vector<std::array<Tensor, 1>>& elements) { return elements.size(); }};
  CHECK(*rows.begin() == 4);
}

TEST_CASE("batches are not recorded", "[data][loader]") {
  const Tensor x = ones({4, 2}, {.requires_grad = true});
  for (const auto& [row] : data::Loader{data::TensorDataset(x), {.batch_size = 2}})
    CHECK_FALSE(row.requires_grad());
  for (const Tensor& row : data::Loader{Made{4, [&](std::int64_t i) { return select(x, 0, i) * 2; }}})
    CHECK_FALSE(row.requires_grad());
}

TEST_CASE("an exception of dataset or collate reaches the loop at its batch", "[data][loader][threads]") {
  const std::int64_t prefetch = GENERATE(0, 1, 4);
  const int threads = GENERATE(1, 3);
  CAPTURE(prefetch, threads);
  const ThreadLimit limit(threads);
  const data::LoaderOptions options{.batch_size = 2, .prefetch = prefetch};
  const auto batches_before = [](auto loader) {
    int batches = 0;
    const std::string text = error_of<std::runtime_error>([&] {
      for ([[maybe_unused]] const auto& batch : loader) ++batches;
    });
    CHECK(text == "element 5");
    return batches;
  };
  CHECK(batches_before(data::Loader{Made{20,
                                         [](std::int64_t i) {
                                           if (i == 5) throw std::runtime_error("element 5");
                                           return i;
                                         }},
                                    options}) == 2);
  CHECK(batches_before(data::Loader{numbers(20), options, [](const Indices& elements) {
                                      if (elements.back() == 5) throw std::runtime_error("element 5");
                                      return elements;
                                    }}) == 2);
}

TEST_CASE("a loop left early leaves no work behind", "[data][loader][threads]") {
  const std::int64_t prefetch = GENERATE(0, 1, 4);
  std::atomic<int> running = 0;
  data::Loader loader{Made{40,
                           [&running](std::int64_t i) {
                             ++running;
                             const Tensor busy = sum(ones({100, 100}));
                             --running;
                             return i + (busy.item<float>() == 10000 ? 0 : 1000);
                           }},
                      {.batch_size = 4, .shuffle = true, .seed = 2, .prefetch = prefetch}};
  for (const Tensor& batch : loader) {
    CHECK(batch.numel() == 4);
    break;
  }
  CHECK(running == 0);
  const Indices second = epoch_of(loader);
  CHECK(sorted(second).back() == 39);
  loader.set_epoch(1);
  CHECK(epoch_of(loader) == second);
}

TEST_CASE("an empty dataset has no batches", "[data][loader]") {
  const bool shuffle = GENERATE(false, true);
  data::Loader loader{numbers(0), {.batch_size = 4, .shuffle = shuffle}};
  CHECK(loader.size() == 0);
  CHECK(epoch_of(loader).empty());
}

TEST_CASE("a Loader wants sensible numbers", "[data][loader]") {
  CHECK(says(error_of<ValueError>([] { data::Loader{numbers(3), {.batch_size = 0}}; }), {"batch_size is 0"}));
  CHECK_THROWS_AS((data::Loader{numbers(3), {.batch_size = -1}}), ValueError);
  CHECK_THROWS_AS((data::Loader{numbers(3), {.prefetch = -1}}), ValueError);
}

}  // namespace gradus::loader_test
