#include <gradus/autograd/ops/distance.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::distance_test {
using namespace test;

TEST_CASE("distances agree with PyTorch and central differences", "[distance]") {
  CHECK(disagreement("more_losses.json", "cosine_similarity", [](In in, Options o) {
          return cosine_similarity(in["a"], in["b"], o.integer("dim", 1));
        }) == "");
  CHECK(disagreement("more_losses.json", "pairwise_distance", [](In in, Options o) {
          return pairwise_distance(
              in["a"], in["b"],
              {.p = o.number("p", 2), .eps = o.number("eps", 1e-6), .keepdim = o.flag("keepdim")});
        }) == "");
}

TEST_CASE("distances worked by hand", "[distance]") {
  const Tensor a = doubles({{3, 4}, {0, 0}}), b = doubles({{4, 3}, {1, 0}});
  CHECK(difference(cosine_similarity(a, b), doubles({0.96, 0})) < 1e-15);
  CHECK(difference(pairwise_distance(a, b, {.p = 1, .eps = 0}), doubles({2, 1})) < 1e-15);
  CHECK(pairwise_distance(a, a, {.eps = 0.5}).to_vector<double>()[0] == std::sqrt(0.5));
}

TEST_CASE("distances say what is wrong", "[distance][error]") {
  CHECK_THROWS_AS(cosine_similarity(zeros({2, 3}), zeros({2, 2})), ShapeError);
  CHECK_THROWS_AS(cosine_similarity(zeros({2, 3}), zeros({2, 3}), 2), IndexError);
  CHECK_THROWS_AS(pairwise_distance(zeros({2}), zeros({2}, {.dtype = float64})), DTypeError);
}

}  // namespace gradus::distance_test
