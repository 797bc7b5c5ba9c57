#include <gradus/autograd/ops/triangle.hpp>

#include <limits>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::triangle_test {
using test::strided;
using test::variable;

using Values = std::vector<float>;

TEST_CASE("tril and triu keep one side of a diagonal", "[triangle]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(tril(x).to_vector<float>() == Values{1, 0, 0, 4, 5, 0});
  CHECK(triu(x).to_vector<float>() == Values{1, 2, 3, 0, 5, 6});
  CHECK(tril(x, 1).to_vector<float>() == Values{1, 2, 0, 4, 5, 6});
  CHECK(tril(x, -1).to_vector<float>() == Values{0, 0, 0, 4, 0, 0});
  CHECK(triu(x, 1).to_vector<float>() == Values{0, 2, 3, 0, 0, 6});
  CHECK(triu(x, -5).to_vector<float>() == x.to_vector<float>());
  CHECK(tril(x, -5).to_vector<float>() == Values(6, 0));
}

TEST_CASE("tril and triu take a diagonal however far from the matrix", "[triangle]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  using Diagonal = std::numeric_limits<std::int64_t>;
  CHECK(equal(tril(x, Diagonal::max()), x));
  CHECK(equal(triu(x, Diagonal::min()), x));
  CHECK(equal(tril(x, Diagonal::min()), zeros({2, 3})));
  CHECK(equal(triu(x, Diagonal::max()), zeros({2, 3})));
}

TEST_CASE("tril and triu work on each matrix of a batch", "[triangle]") {
  const Tensor x = expand(tensor({{1, 2}, {3, 4}}), {2, 2, 2});
  CHECK(tril(x).to_vector<float>() == Values{1, 0, 3, 4, 1, 0, 3, 4});
  CHECK(triu(transpose(x, 1, 2)).to_vector<float>() == Values{1, 3, 0, 4, 1, 3, 0, 4});
  CHECK(triu(ones({2, 2}, {.dtype = boolean})).to_vector<bool>() ==
        std::vector<bool>{true, true, false, true});
  CHECK(tril(zeros({0, 3})).shape() == Shape{0, 3});
}

TEST_CASE("what tril cuts off is 0 even where it was not finite", "[triangle]") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(tril(tensor({{1.0F, infinity}, {2.0F, 3.0F}})).to_vector<float>() == Values{1, 0, 2, 3});
}

TEST_CASE("tril and triu agree with central differences", "[triangle][gradient]") {
  for (const Tensor& x : strided(variable({2, 3, 4}))) {
    const auto triangles = [](const Tensor& v) { return tril(v * v, 1) * triu(v, -1); };
    CHECK(gradcheck(triangles, {x}));
    CHECK(gradgradcheck(triangles, {x}));
  }
}

TEST_CASE("tril needs a matrix", "[triangle][error]") {
  CHECK_THROWS_WITH(tril(zeros(3)),
                    Catch::Matchers::Contains("tril: given [3]; needs at least two dimensions"));
  CHECK_THROWS_AS(triu(tensor(1.0)), ShapeError);
}

}  // namespace gradus::triangle_test
