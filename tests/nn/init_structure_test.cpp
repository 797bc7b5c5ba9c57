#include <gradus/nn/init_structure.hpp>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"

namespace gradus::init_structure_test {
using Catch::Matchers::Contains;
namespace init = nn::init;

TEST_CASE("trunc_normal_ keeps to its interval and is normal within", "[nn][init]") {
  Generator generator(5);
  const Tensor x = init::trunc_normal_(empty({20000}, float64), 1, 2, -1, 2, &generator);
  CHECK(min(x).item<double>() >= -1);
  CHECK(max(x).item<double>() <= 2);
  // The mean of a normal variable cut at a and b is mean + std (p(a) - p(b)) / (P(b) - P(a)), here at -1 and
  // 1/2.
  const auto density = [](double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)); };
  const auto below = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
  const double expected = 1 + 2 * (density(-1) - density(0.5)) / (below(0.5) - below(-1));
  CHECK(std::abs(mean(x).item<double>() - expected) < 0.02);
  CHECK_THROWS_WITH(init::trunc_normal_(empty({2}, float32), 0, 1, 9, 10),
                    Contains("trunc_normal_: [9, 10] is too far out"));
  CHECK_THROWS_AS(init::trunc_normal_(empty({2}, float32), 0, 0), ValueError);
}

TEST_CASE("eye_ and dirac_ make layers that give their input back", "[nn][init]") {
  CHECK(init::eye_(empty({2, 3}, float32)).to_vector<float>() == std::vector<float>{1, 0, 0, 0, 1, 0});
  const Tensor x = reshape(arange(2 * 4 * 5 * 5).to(float32), {2, 4, 5, 5});
  const Tensor weight = init::dirac_(empty({4, 4, 3, 3}, float32));
  CHECK(equal(conv2d(x, weight, {}, {.padding = 1}), x));
  const Tensor grouped = init::dirac_(empty({4, 2, 3, 3}, float32), 2);
  CHECK(equal(conv2d(x, grouped, {}, {.padding = 1, .groups = 2}), x));
  CHECK_THROWS_WITH(init::eye_(empty({2}, float32)), Contains("eye_: the tensor is [2]; needs a matrix"));
  CHECK_THROWS_WITH(init::dirac_(empty({4, 2, 3}, float32), 3),
                    Contains("dirac_: groups = 3 must divide 4 filters"));
  CHECK_THROWS_AS(init::dirac_(empty({4, 2}, float32)), ShapeError);
}

TEST_CASE("sparse_ leaves the same number of zeros in every column", "[nn][init]") {
  Generator generator(5);
  const Tensor x = init::sparse_(empty({10, 50}, float64), 0.35, 2, &generator);
  for (const std::int64_t zeros : sum(x == 0, 0).to_vector<std::int64_t>()) CHECK(zeros == 4);
  CHECK(std::abs(sum(square(x)).item<double>() / 300 - 4) < 1);
  CHECK(any(sum(x == 0, 1) != 20).item<bool>());  // not in the same rows
  CHECK_THROWS_WITH(init::sparse_(empty({2, 2}, float32), 2), Contains("sparse_: a sparsity of 2 was given"));
}

}  // namespace gradus::init_structure_test
