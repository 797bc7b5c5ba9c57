#include "support/catch.hpp"

#include <cmath>
#include <functional>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/transforms.hpp>
#include <numbers>
#include <set>

#include "support/same_bits.hpp"

namespace gradus::transforms_test {
using namespace test;

namespace {

constexpr double quarter = std::numbers::pi / 2;

/// [1, 3, 3] with 1 to 9.
Tensor nine() { return reshape(arange(1, 10).to(float32), {1, 3, 3}); }

/// The distinct results of 300 calls.
std::set<std::vector<float>> distinct(const std::function<Tensor(Generator&)>& f) {
  Generator generator(11);
  std::set<std::vector<float>> results;
  for (int i = 0; i < 300; ++i) results.insert(f(generator).to_vector<float>());
  return results;
}

bool close(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && allclose(a, b, {.atol = 1e-6});
}

}  // namespace

TEST_CASE("normalize shifts and scales", "[data][transforms]") {
  CHECK(close(data::normalize(tensor({1, 2, 5}), 2, 0.5), tensor({-2, 0, 6})));
  CHECK(data::normalize(tensor({1, 2}, {.dtype = float64}), 0, 1).dtype() == float64);
  CHECK_THROWS_AS(data::normalize(nine(), 0, 0), ValueError);
  CHECK_THROWS_AS(data::normalize(tensor({1, 2}, {.dtype = uint8}), 0, 2), DTypeError);
}

TEST_CASE("pad_image puts a border around each channel", "[data][transforms]") {
  const Tensor two = tensor({{{1, 2}}, {{3, 4}}});
  CHECK(same_bits(data::pad_image(two, {1, 0}, 9),
                  tensor({{{9, 9}, {1, 2}, {9, 9}}, {{9, 9}, {3, 4}, {9, 9}}})));
  CHECK(same_bits(data::pad_image(two, {0, 1}), tensor({{{0, 1, 2, 0}}, {{0, 3, 4, 0}}})));
  CHECK(same_bits(data::pad_image(two, 0), two));
  CHECK_FALSE(data::pad_image(two, 0).shares_storage(two));
  CHECK_THROWS_AS(data::pad_image(two, -1), ValueError);
  CHECK_THROWS_AS(data::pad_image(select(two, 0, 0), 1), ShapeError);
}

TEST_CASE("random_crop takes every window there is, and no other", "[data][transforms]") {
  const auto windows = distinct([](Generator& g) { return data::random_crop(nine(), 2, g); });
  CHECK(windows == std::set<std::vector<float>>{{1, 2, 4, 5}, {2, 3, 5, 6}, {4, 5, 7, 8}, {5, 6, 8, 9}});
  CHECK(distinct([](Generator& g) { return data::random_crop(nine(), {1, 3}, g); }).size() == 3);
  CHECK(distinct([](Generator& g) { return data::random_crop(nine(), 3, g, 1); }).size() == 9);
  Generator generator;
  CHECK(same_bits(data::random_crop(nine(), 3, generator), nine()));
  CHECK_THROWS_AS(data::random_crop(nine(), {4, 3}, generator), ShapeError);
  CHECK_THROWS_AS(data::random_crop(nine(), {3, 6}, generator, 1), ShapeError);
  CHECK_THROWS_AS(data::random_crop(nine(), 0, generator), ShapeError);
}

TEST_CASE("random_shift moves by whole pixels, each way and as far as allowed", "[data][transforms]") {
  const auto vertical = distinct([](Generator& g) { return data::random_shift(nine(), {1, 0}, g, -1); });
  CHECK(vertical == std::set<std::vector<float>>{{1, 2, 3, 4, 5, 6, 7, 8, 9},
                                                 {-1, -1, -1, 1, 2, 3, 4, 5, 6},
                                                 {4, 5, 6, 7, 8, 9, -1, -1, -1}});
  const auto across = distinct([](Generator& g) { return data::random_shift(nine(), {0, 1}, g); });
  CHECK(across == std::set<std::vector<float>>{
                      {1, 2, 3, 4, 5, 6, 7, 8, 9}, {0, 1, 2, 0, 4, 5, 0, 7, 8}, {2, 3, 0, 5, 6, 0, 8, 9, 0}});
  CHECK(distinct([](Generator& g) { return data::random_shift(nine(), 1, g); }).size() == 9);
  Generator generator;
  CHECK_THROWS_AS(data::random_shift(nine(), -1, generator), ValueError);
}

TEST_CASE("random_flip mirrors left to right as often as it is told", "[data][transforms]") {
  const std::vector<float> plain{1, 2, 3, 4, 5, 6, 7, 8, 9}, mirrored{3, 2, 1, 6, 5, 4, 9, 8, 7};
  const auto flips = [](double p) {
    return distinct([p](Generator& g) { return data::random_flip(nine(), g, p); });
  };
  CHECK(flips(0) == std::set{plain});
  CHECK(flips(1) == std::set{mirrored});
  CHECK(flips(0.5) == std::set{plain, mirrored});
  Generator generator;
  int flipped = 0;
  for (int i = 0; i < 2000; ++i)
    flipped += data::random_flip(nine(), generator, 0.25).to_vector<float>() == mirrored ? 1 : 0;
  CHECK(flipped > 400);  // 500 expected, deviation 19
  CHECK(flipped < 600);
  CHECK_THROWS_AS(data::random_flip(nine(), generator, 1.5), ValueError);
}

TEST_CASE("affine turns, scales and moves about the centre", "[data][transforms]") {
  CHECK(same_bits(data::affine(nine(), 0, 1, 0, 0), nine()));
  CHECK(close(data::affine(nine(), quarter, 1, 0, 0), tensor({{{3, 6, 9}, {2, 5, 8}, {1, 4, 7}}})));
  CHECK(close(data::affine(nine(), 2 * quarter, 1, 0, 0), tensor({{{9, 8, 7}, {6, 5, 4}, {3, 2, 1}}})));
  CHECK(same_bits(data::affine(nine(), 0, 1, 1, 0), tensor({{{0, 0, 0}, {1, 2, 3}, {4, 5, 6}}})));
  CHECK(same_bits(data::affine(nine(), 0, 1, 0, -1, 8), tensor({{{2, 3, 8}, {5, 6, 8}, {8, 9, 8}}})));
  const Tensor row = tensor({{{1, 2, 3, 4, 5}}});
  CHECK(same_bits(data::affine(row, 0, 2, 0, 0), tensor({{{2, 2.5, 3, 3.5, 4}}})));
  CHECK(same_bits(data::affine(row, 0, 0.5, 0, 0), tensor({{{0, 1, 3, 5, 0}}})));
  CHECK(same_bits(data::affine(row, 0, 1, 0, 0.5), tensor({{{0.5, 1.5, 2.5, 3.5, 4.5}}})));
  CHECK(same_bits(data::affine(row, 0, 1, 0, 0.5, 3), tensor({{{2, 1.5, 2.5, 3.5, 4.5}}})));
  // A turn, then a shift: the top right corner goes to the top left, then one down.
  CHECK(close(data::affine(nine(), quarter, 1, 1, 0), tensor({{{0, 0, 0}, {3, 6, 9}, {2, 5, 8}}})));
  const Tensor channels = cat({nine(), nine() * 10}, 0);
  CHECK(close(select(data::affine(channels, 0.3, 1.1, 0.2, -0.4), 0, 1),
              select(data::affine(channels, 0.3, 1.1, 0.2, -0.4), 0, 0) * 10));
  CHECK(data::affine(nine().to(float64), 0.1, 1, 0, 0).dtype() == float64);
  CHECK(same_bits(data::affine(transpose(nine(), 1, 2), 0, 1, 0, 0), transpose(nine(), 1, 2)));
  CHECK(data::affine(zeros({1, 0, 3}), 0.1, 1, 0, 0).shape() == Shape{1, 0, 3});
}

TEST_CASE("affine fills what lies outside, however far", "[data][transforms]") {
  const Tensor filled = full({1, 3, 3}, 0.3F);
  CHECK(same_bits(data::affine(nine(), 0, 1, 3, 0, 0.3F), filled));
  CHECK(same_bits(data::affine(nine(), 0, 1, 0, -3, 0.3F), filled));
  CHECK(same_bits(data::affine(nine(), 0, 1, 1e300, -1e300, 0.3F), filled));
  CHECK_THROWS_AS(data::affine(nine(), 0, 0, 0, 0), ValueError);
  CHECK_THROWS_AS(data::affine(nine(), 0, std::nan(""), 0, 0), ValueError);
  CHECK_THROWS_AS(data::affine(select(nine(), 0, 0), 0, 1, 0, 0), ShapeError);
}

TEST_CASE("random_affine stays within its ranges", "[data][transforms]") {
  Generator generator(5);
  CHECK(same_bits(data::random_affine(nine(), generator, {}), nine()));
  const Tensor dot = data::pad_image(ones({1, 1, 1}), 10);
  std::set<std::vector<float>> seen;
  for (int i = 0; i < 200; ++i) {
    const Tensor moved = data::random_affine(dot, generator, {.degrees = 30, .shift = 0.2});
    // The dot moves by 0.2 x 21 = 4.2 pixels at most, which the turn about the centre leaves alone.
    const Tensor border = moved - data::pad_image(slice(slice(moved, 1, 5, 16), 2, 5, 16), 5);
    CHECK(sum(border).item<float>() == 0);
    CHECK(sum(moved).item<double>() > 0.5);
    seen.insert(moved.to_vector<float>());
  }
  CHECK(seen.size() == 200);
  // Twice as large: a block of 2 x 2 becomes one of about 4 x 4.
  const Tensor block = data::pad_image(ones({1, 2, 2}), 9);
  const Tensor large = data::random_affine(block, generator, {.scale_least = 2, .scale_most = 2});
  CHECK(std::abs(sum(large).item<double>() - 16) < 1e-4);
  CHECK_THROWS_AS(data::random_affine(nine(), generator, {.degrees = -1}), ValueError);
  CHECK_THROWS_AS(data::random_affine(nine(), generator, {.scale_least = 0}), ValueError);
  CHECK_THROWS_AS(data::random_affine(nine(), generator, {.scale_least = 2}), ValueError);
  CHECK_THROWS_AS(data::random_affine(nine(), generator, {.shift = -0.1}), ValueError);
}

TEST_CASE("random transforms draw from their generator alone, and are not recorded", "[data][transforms]") {
  const auto all = [](std::uint64_t seed, const Tensor& image) {
    Generator generator(seed);
    Tensor x = data::random_shift(image, 2, generator);
    x = data::random_crop(data::random_flip(x, generator), 9, generator, 1);
    return data::normalize(data::random_affine(x, generator, {.degrees = 20, .scale_least = 0.9}), 0.1, 0.3);
  };
  Generator generator(1);
  const Tensor image = rand({2, 10, 10}, {.requires_grad = true}, &generator);
  const auto before = default_generator().state();
  const Tensor once = all(3, image);
  CHECK(once.shape() == Shape{2, 9, 9});
  CHECK(same_bits(once, all(3, image)));
  CHECK_FALSE(same_bits(once, all(4, image)));
  CHECK(default_generator().state() == before);
  CHECK_FALSE(once.requires_grad());
  CHECK_FALSE(data::random_flip(image, generator, 0).requires_grad());
  CHECK_FALSE(data::random_flip(image, generator, 1).requires_grad());
}

}  // namespace gradus::transforms_test
