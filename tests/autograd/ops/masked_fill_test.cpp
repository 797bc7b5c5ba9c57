#include <limits>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::masked_fill_test {
using test::strided;
using test::variable;

using Values = std::vector<float>;

TEST_CASE("masked_fill puts a value where the mask holds", "[where]") {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  const Tensor mask = tensor({{true, false}}, {.dtype = boolean});
  CHECK(masked_fill(x, mask, 9).to_vector<float>() == Values{9, 2, 9, 4});
  CHECK(masked_fill(x, x > 2, -std::numeric_limits<double>::infinity()).to_vector<float>()[1] == 2);
  CHECK(masked_fill(x, x > 2, tensor({7, 8})).to_vector<float>() == Values{1, 2, 7, 8});
  CHECK(masked_fill(zeros({0, 2}), mask, 1).shape() == Shape{0, 2});
  CHECK(x.to_vector<float>() == Values{1, 2, 3, 4});
}

TEST_CASE("masked_fill agrees with central differences", "[where][gradient]") {
  const Tensor mask = tensor({{true, false, false}, {false, true, false}}, {.dtype = boolean});
  for (const Tensor& x : strided(variable({2, 3}))) {
    const auto filled = [&](const Tensor& v) { return masked_fill(v * v, mask, 5); };
    CHECK(gradcheck(filled, {x}));
    CHECK(gradgradcheck(filled, {x}));
  }
}

TEST_CASE("masked_fill refuses a mask that is not bool and a value that does not fit", "[where][error]") {
  using Catch::Matchers::Contains;
  CHECK_THROWS_WITH(masked_fill(zeros(2), zeros(2), 1),
                    Contains("masked_fill: the mask is float32; needs bool"));
  CHECK_THROWS_WITH(masked_fill(arange(2), ones(2, {.dtype = boolean}), 2.5),
                    Contains("the number 2.5 does not fit a int64 tensor"));
}

}  // namespace gradus::masked_fill_test
